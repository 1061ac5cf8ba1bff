using System.Buffers.Binary;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Client;

/// <summary>The header of commands and responses: tag, size, code (TPM 2.0 Part 1, 18.2 and 18.10).</summary>
internal static class TpmHeader
{
    public const int Size = 10;
    public const int SizeOffset = 2;
    public const int CodeOffset = 6;

    public static CommandCode CommandOf(ReadOnlySpan<byte> command) =>
        command.Length < Size ? CommandCode.None : (CommandCode)BinaryPrimitives.ReadUInt32BigEndian(command[CodeOffset..]);

    /// <summary>What is wrong with the size that a response says to have; null when it can be.</summary>
    public static TpmFormatProblem? ProblemWithSize(uint size, int room) =>
        size >= Size && size <= (uint)room ? null : new TpmFormatProblem("responseSize", SizeOffset, $"is {size}; {Size} to {room} are allowed");
}
