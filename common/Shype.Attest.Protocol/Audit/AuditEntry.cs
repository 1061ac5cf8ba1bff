using System.Formats.Cbor;
using System.Security.Cryptography;

namespace Shype.Attest.Protocol.Audit;

/// <summary>One decision as the audit shows it.</summary>
public sealed record AuditEntry
{
    /// <summary>Its number, from 1 without gaps.</summary>
    public required long Number { get; init; }

    /// <summary>When, in milliseconds since 1970 (UTC): exactly what the hash covers.</summary>
    public required long At { get; init; }

    /// <summary>What kind of decision.</summary>
    public required string Kind { get; init; }

    /// <summary>Whom or what it is about.</summary>
    public required string Subject { get; init; }

    /// <summary>Who decided.</summary>
    public required string Actor { get; init; }

    /// <summary>Digests and values of the decision.</summary>
    public required string Detail { get; init; }

    /// <summary>The chain's value after it, in hex.</summary>
    public required string Hash { get; init; }

    /// <summary>The value before the first record.</summary>
    public static byte[] Start => new byte[SHA256.HashSizeInBytes];

    /// <summary>The chain's value after this record, which follows <paramref name="previous"/>: anybody can compute it.</summary>
    public byte[] HashAfter(ReadOnlySpan<byte> previous) => SHA256.HashData(Covered("shype audit 2", previous));

    /// <summary>The bytes that a hash covers: CBOR, so that no two records have the same.</summary>
    public byte[] Covered(string purpose, ReadOnlySpan<byte> previous)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(8);
        writer.WriteTextString(purpose);
        writer.WriteByteString(previous);
        writer.WriteInt64(Number);
        writer.WriteInt64(At);
        writer.WriteTextString(Kind);
        writer.WriteTextString(Subject);
        writer.WriteTextString(Actor);
        writer.WriteTextString(Detail);
        writer.WriteEndArray();
        return writer.Encode();
    }
}

/// <summary>Records of the audit, the newest first.</summary>
public sealed record AuditList
{
    /// <summary>The records.</summary>
    public required IReadOnlyList<AuditEntry> Records { get; init; }

    /// <summary>Where the next page starts (parameter <c>before</c>); null on the last one.</summary>
    public long? Next { get; init; }
}

/// <summary>What a verifier found when it walked its own audit.</summary>
public sealed record AuditCheck
{
    /// <summary>Whether every record is the one that was written.</summary>
    public required bool Holds { get; init; }

    /// <summary>How many records there are.</summary>
    public required long Records { get; init; }

    /// <summary>What is wrong with the first one that is not.</summary>
    public string? Problem { get; init; }

    /// <summary>The signed head (<see cref="AuditHead"/>) to be kept for later.</summary>
    public string? Head { get; init; }
}
