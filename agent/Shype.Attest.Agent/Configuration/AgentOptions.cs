using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Agent.Hosts;
using Shype.Attest.Yaml;
using Shype.Attest.Measurement;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Agent.Configuration;

/// <summary>The agent's settings, from agent.yaml. Relative paths are from the folder that the file stands in.</summary>
public sealed record AgentOptions
{
    /// <summary>The host's name for people; this machine's where none is set.</summary>
    public required string HostName { get; init; }

    /// <summary>The TPM, as <c>TpmConnection.Open</c> takes it.</summary>
    public required string TpmAddress { get; init; }

    /// <summary>The verifier; null where the agent only measures.</summary>
    public VerifierOptions? Verifier { get; init; }

    /// <summary>The folder of keys, token and kept policies.</summary>
    public required string State { get; init; }

    /// <summary>The measurement log.</summary>
    public required string Log { get; init; }

    /// <summary>The firmware's event log.</summary>
    public required string FirmwareLog { get; init; }

    /// <summary>The kernel's binary IMA list; null where it is not sent.</summary>
    public string? ImaLog { get; init; }

    /// <summary>The file with the kernel's random id of this boot.</summary>
    public required string BootId { get; init; }

    /// <summary>The banks that records are extended into, ascending.</summary>
    public required IReadOnlyList<AlgorithmId> Banks { get; init; }

    /// <summary>Which PCR holds which claims.</summary>
    public required PcrPlan Pcrs { get; init; }

    /// <summary>What kind of attestation key is made.</summary>
    public required AttestationKeyKind AttestationKey { get; init; }

    /// <summary>A file with an invitation's token, readable by its owner only; null where an operator approves.</summary>
    public string? EnrolmentTokenFile { get; init; }

    /// <summary>A file with certificates of the attestation key (PEM or DER), its own first; null where nobody certified it.</summary>
    public string? AkCertificates { get; init; }

    /// <summary>What the gate does with a start that the policy forbids.</summary>
    public required AgentMode Mode { get; init; }

    /// <summary>The manifest: what runs here, written by hand; null where the hypervisor itself is asked.</summary>
    public string? Manifest { get; init; }

    /// <summary>Who is asked what runs here.</summary>
    public SourceKind Source { get; init; } = SourceKind.Auto;

    /// <summary>The ACM policy that the launch gate keeps on a hypervisor that does not know it; null where there is none.</summary>
    public string? Policy { get; init; }

    /// <summary>The kind of digest that disks are measured by: "sha256" or "fs-verity".</summary>
    public string DiskDigest { get; init; } = "sha256";

    /// <summary>Whether disks that their VM writes are measured too, as they are at the start.</summary>
    public bool MeasureWritableDisks { get; init; }

    /// <summary>Where the host tells of itself.</summary>
    public HostPaths Host { get; init; } = new();

    /// <summary>Reads agent.yaml, or says what is wrong where.</summary>
    public static bool TryRead(string file, [NotNullWhen(true)] out AgentOptions? options, [NotNullWhen(false)] out YamlProblem? problem) =>
        StrictYaml.TryReadFile(file, AgentOptionsReader.Read, out options, out problem);
}

/// <summary>Whom the agent answers.</summary>
/// <param name="Url">Its address; https only.</param>
/// <param name="CaFile">The certificates (PEM) of which one must have signed the verifier's; no others are trusted.</param>
public sealed record VerifierOptions(Uri Url, string CaFile);

/// <summary>What the gate does.</summary>
public enum AgentMode
{
    /// <summary>What the policy forbids, or what cannot be measured, is refused.</summary>
    Enforce,

    /// <summary>It is recorded, and said aloud.</summary>
    Observe,
}

/// <summary>Who says what runs on a host.</summary>
public enum SourceKind
{
    /// <summary>The manifest where one is named, else Xen where this is its domain 0, else libvirt.</summary>
    Auto,

    /// <summary>A manifest.</summary>
    Manifest,

    /// <summary>Xen, by its files in /sys and xl.</summary>
    Xen,

    /// <summary>libvirt with QEMU, by /proc and virsh.</summary>
    Libvirt,
}

/// <summary>Type and scheme of the attestation key.</summary>
public enum AttestationKeyKind
{
    /// <summary>RSA 2048, PKCS#1 v1.5.</summary>
    RsaSsa,

    /// <summary>RSA 2048, PSS.</summary>
    RsaPss,

    /// <summary>ECDSA on NIST P-256.</summary>
    EcdsaP256,

    /// <summary>ECDSA on NIST P-384.</summary>
    EcdsaP384,
}
