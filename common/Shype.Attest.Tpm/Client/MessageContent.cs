using System.Buffers.Binary;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Tpm.Client;

/// <summary>What a session's HMAC covers of a command: its code, the names of its handles, its parameters.</summary>
internal readonly ref struct CommandContent(CommandCode code, ReadOnlySpan<TpmName> names, ReadOnlySpan<byte> parameters)
{
    private readonly ReadOnlySpan<TpmName> _names = names;
    private readonly ReadOnlySpan<byte> _parameters = parameters;

    /// <summary>cpHash (TPM 2.0 Part 1, 18.7).</summary>
    public byte[] Hash(AlgorithmId algorithm)
    {
        using var hash = algorithm.CreateIncremental();
        Span<byte> number = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(number, (uint)code);
        hash.AppendData(number);
        foreach (var name in _names)
        {
            hash.AppendData(name.Bytes.Span);
        }

        hash.AppendData(_parameters);
        return hash.GetHashAndReset();
    }
}

/// <summary>What a session's HMAC covers of a response: its code, which is success, that of the command, its parameters.</summary>
internal readonly ref struct ResponseContent(CommandCode code, ReadOnlySpan<byte> parameters)
{
    private readonly ReadOnlySpan<byte> _parameters = parameters;

    /// <summary>rpHash (TPM 2.0 Part 1, 18.8).</summary>
    public byte[] Hash(AlgorithmId algorithm)
    {
        using var hash = algorithm.CreateIncremental();
        Span<byte> numbers = stackalloc byte[2 * sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(numbers, ResponseCode.Success.Value);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[sizeof(uint)..], (uint)code);
        hash.AppendData(numbers);
        hash.AppendData(_parameters);
        return hash.GetHashAndReset();
    }
}
