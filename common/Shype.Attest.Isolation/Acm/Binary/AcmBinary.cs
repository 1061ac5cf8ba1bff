using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Shype.Attest.Isolation.Acm.Binary;

/// <summary>Binary policies: compiled from XML as xend did, and read from files and from what a hypervisor dumps (ACM_POLICY_VERSION 1 to 4).</summary>
public static class AcmBinary
{
    /// <summary>ACM_POLICY_VERSION of Xen 3.3 to 4.1, the last.</summary>
    public const int CurrentVersion = 4;

    /// <summary>Bytes of a policy that xend reads; it ignores the rest, and so such a policy cannot be loaded by it.</summary>
    public const int MaxBytesOfXend = 8192;

    internal const uint Magic = 0x0001_debc;

    /// <summary>Whether it begins as a binary policy does, in either order of its first two words.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> magic = [0x00, 0x01, 0xde, 0xbc];
        return bytes.StartsWith(magic) || (bytes.Length >= 8 && bytes[4..].StartsWith(magic));
    }

    /// <summary>
    /// Compiles a policy. The Chinese Wall is always primary, as with xend. A policy without it has Type Enforcement as primary and nothing
    /// as secondary; xend wrote a code there that no hypervisor loads.
    /// </summary>
    /// <param name="policy">The policy.</param>
    /// <param name="xmlHash">What to write as hash of the XML (<see cref="XmlPolicyHash"/>): 20 bytes, or none for zeros.</param>
    public static AcmBinaryPolicy Compile(AcmPolicy policy, ReadOnlySpan<byte> xmlHash)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (xmlHash.Length is not (0 or SHA1.HashSizeInBytes))
        {
            throw new ArgumentException("a hash of the XML has 20 bytes", nameof(xmlHash));
        }

        var ssids = SsidTable.Of(policy);
        var vms = ssids.VmLabels.Select(policy.FindVmLabel).ToList();
        var resources = ssids.ResourceLabels.Select(policy.FindResourceLabel);
        var (primary, secondary) = (policy.HasChineseWall, policy.HasTypeEnforcement) switch
        {
            (true, true) => (PolicyComponent.ChineseWall, PolicyComponent.TypeEnforcement),
            (true, false) => (PolicyComponent.ChineseWall, PolicyComponent.None),
            (false, true) => (PolicyComponent.TypeEnforcement, PolicyComponent.None),
            (false, false) => (PolicyComponent.None, PolicyComponent.None),
        };
        return new AcmBinaryPolicy
        {
            Name = policy.Name,
            XmlVersion = policy.Version,
            XmlHash = [.. xmlHash],
            Primary = primary,
            Secondary = secondary,
            ChWallRows = policy.HasChineseWall ? TypeTable.Of([.. vms.Select(label => label?.ChWallTypes ?? [])], policy.ChWallTypes) : null,
            ConflictSets = policy.HasChineseWall ? TypeTable.Of([.. policy.ConflictSets.Select(set => set.Types)], policy.ChWallTypes) : null,
            SteRows = policy.HasTypeEnforcement
                ? TypeTable.Of([.. vms.Select(label => label?.SteTypes ?? []), .. resources.Select(label => (IReadOnlyCollection<string>)[label!.SteType])], policy.SteTypes)
                : null,
        };
    }

    /// <summary>Reads a binary policy of any version. False, with what is wrong and at which byte, where it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out AcmBinaryPolicy? policy, [NotNullWhen(false)] out AcmBinaryProblem? problem)
    {
        try
        {
            (policy, problem) = (AcmBinaryReader.Read(bytes), null);
            return true;
        }
        catch (AcmBinaryException bad)
        {
            (policy, problem) = (null, bad.Problem);
            return false;
        }
    }
}

/// <summary>Why bytes are no binary policy.</summary>
/// <param name="Offset">The byte, from 0.</param>
/// <param name="Message">What is wrong.</param>
public sealed record AcmBinaryProblem(int Offset, string Message)
{
    /// <summary>"byte 8: ...".</summary>
    public override string ToString() => $"byte {Offset}: {Message}";
}

/// <summary>Inside the reader only.</summary>
internal sealed class AcmBinaryException(int offset, string message) : Exception(message)
{
    public AcmBinaryProblem Problem { get; } = new(offset, message);
}
