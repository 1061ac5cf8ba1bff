using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;

namespace Shype.Attest.Agent.Attesting;

/// <summary>The kernel's IMA list, from the byte on that the verifier does not have yet.</summary>
internal static class ImaSource
{
    /// <summary>Reads the rest of the list; null where none is configured or it cannot be read, which is said.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="known">Bytes that the verifier has; a list that is shorter is sent as a whole.</param>
    public static ImaSuffix? Read(AgentContext agent, ulong known)
    {
        if (agent.Options.ImaLog is not { } path)
        {
            return null;
        }

        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1);
            return ReadFrom(file, known) ?? ReadFrom(file, 0) ?? new ImaSuffix(0, ReadOnlyMemory<byte>.Empty);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            agent.Say($"ima-log: {TextRules.Escape(e.Message)}; the evidence goes without one");
            return null;
        }
    }

    // The kernel's file cannot say how long it is; it is read to its end, and what the verifier has is passed over unkept.
    private static ImaSuffix? ReadFrom(FileStream file, ulong known)
    {
        file.Position = 0;
        var chunk = new byte[ChunkBytes];
        var skipped = 0UL;
        while (skipped < known)
        {
            var read = file.Read(chunk, 0, (int)Math.Min((ulong)chunk.Length, known - skipped));
            if (read == 0)
            {
                return null;
            }

            skipped += (ulong)read;
        }

        return new ImaSuffix(known, BoundedRead.ToEnd(file, MaxBytes)
            ?? throw new IOException($"{file.Name} has more than {MaxBytes} bytes that the verifier does not know ({nameof(ProtocolLimits.MaxEvidenceBytes)})"));
    }

    // The other parts of the evidence need room too.
    private const int MaxBytes = ProtocolLimits.MaxEvidenceBytes - 4 * 1024 * 1024;
    private const int ChunkBytes = 64 * 1024;
}
