using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Shype.Attest.Isolation.Acm.Binary;

/// <summary>
/// A policy as the hypervisor loads it (Xen's <c>struct acm_policy_buffer</c>): tables of rows and types without names. It is what
/// the policy enforces, whoever named it.
/// </summary>
public sealed record AcmBinaryPolicy
{
    /// <summary>Which of the four layouts it was read from; 4 where it was compiled here.</summary>
    public int FormatVersion { get; init; } = AcmBinary.CurrentVersion;

    /// <summary>Whether it was read from the memory of a hypervisor rather than from a file: state stands in it, or version words that no compiler writes.</summary>
    public bool IsLiveDump { get; init; }

    /// <summary>The policy's name; empty in version 1, which has none.</summary>
    public required string Name { get; init; }

    /// <summary>The version of the XML; null before version 3, which brought it.</summary>
    public AcmVersion? XmlVersion { get; init; }

    /// <summary>SHA-1 of the XML as Xen's tools print it, 20 bytes; empty before version 4, which brought it. An identifier of the past, no evidence.</summary>
    public ImmutableArray<byte> XmlHash { get; init; } = [];

    /// <summary>The rule that is asked first.</summary>
    public PolicyComponent Primary { get; init; }

    /// <summary>The rule that is asked where the first permits.</summary>
    public PolicyComponent Secondary { get; init; }

    /// <summary>Chinese Wall types by VM row; null without that rule.</summary>
    public TypeTable? ChWallRows { get; init; }

    /// <summary>Chinese Wall types by conflict set; null without that rule.</summary>
    public TypeTable? ConflictSets { get; init; }

    /// <summary>Type Enforcement types by VM row and, after those, by resource row; null without that rule.</summary>
    public TypeTable? SteRows { get; init; }

    /// <summary>
    /// The file of version 4 that a compiler would write: fixed order, no padding but zero, no state. Two dumps of one policy have the same.
    /// </summary>
    public byte[] Encode() => AcmBinaryWriter.Write(this);

    /// <summary>SHA-256 of <see cref="Encode"/> with the hash of the XML set to zero: equal exactly where name, version, rules and tables are.</summary>
    public byte[] TablesDigest() => SHA256.HashData((this with { XmlHash = [] }).Encode());
}
