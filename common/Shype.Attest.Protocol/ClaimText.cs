namespace Shype.Attest.Protocol;

/// <summary>What a claim's value means.</summary>
/// <param name="Tag">For programs; the tags that deployed EAR tools use.</param>
/// <param name="Brief">For a table.</param>
/// <param name="Full">For a person who decides.</param>
public sealed record ClaimDescription(string Tag, string Brief, string Full);

/// <summary>Text for every value of every claim (draft-ietf-rats-ar4si 2.3.4). Golden-tested.</summary>
public static class ClaimText
{
    /// <summary>The claim's name on the wire.</summary>
    public static string NameOf(TrustClaim claim) => claim switch
    {
        TrustClaim.InstanceIdentity => "instance-identity",
        TrustClaim.Configuration => "configuration",
        TrustClaim.Executables => "executables",
        TrustClaim.FileSystem => "file-system",
        TrustClaim.Hardware => "hardware",
        TrustClaim.RuntimeOpaque => "runtime-opaque",
        TrustClaim.StorageOpaque => "storage-opaque",
        TrustClaim.SourcedData => "sourced-data",
        _ => throw new ArgumentOutOfRangeException(nameof(claim)),
    };

    /// <summary>What this value of this claim means; a value without a registered meaning is described by its tier.</summary>
    public static ClaimDescription Describe(TrustClaim claim, sbyte value) => (claim, value) switch
    {
        (_, -1) => new("verifier_malfunction", "the verifier failed", "The verifier itself failed while it appraised; nothing is known."),
        (_, 0) => new("no_claim", "nothing claimed", "The evidence does not allow a statement."),
        (_, 1) => new("unexpected_evidence", "evidence not understood", "The evidence holds parts that the verifier cannot read."),
        (_, 99) => new("crypto_failed", "cryptographic check failed", "A signature or digest of the evidence does not verify."),

        (TrustClaim.InstanceIdentity, 2) => new("recognized_instance", "known, not compromised", "The machine is known and nothing says that it is compromised."),
        (TrustClaim.InstanceIdentity, 96) => new("untrustworthy_instance", "known, not trustworthy", "The machine is known, and known not to be trustworthy."),
        (TrustClaim.InstanceIdentity, 97) => new("unrecognized_instance", "not known", "The machine is not one of those that the verifier knows."),

        (TrustClaim.Configuration, 2) => new("approved_config", "known and approved", "The configuration is one that was approved."),
        (TrustClaim.Configuration, 3) => new("safe_config", "no known weakness", "The configuration exposes no known weakness."),
        (TrustClaim.Configuration, 32) => new("unsafe_config", "known weakness", "The configuration exposes a known weakness."),
        (TrustClaim.Configuration, 36) => new("unavailable_config", "parts not shown", "Parts of the configuration that matter for security were not shown."),
        (TrustClaim.Configuration, 96) => new("unsupportable_config", "unacceptable", "The configuration exposes weaknesses that are unacceptable."),

        (TrustClaim.Executables, 2) => new("approved_rt", "known code, at boot and since", "Only approved code was loaded, at boot and since."),
        (TrustClaim.Executables, 3) => new("approved_boot", "known code at boot", "Only approved code was loaded at boot."),
        (TrustClaim.Executables, 32) => new("unsafe_rt", "known code with known bugs", "Only known code was loaded, some of it with known bugs."),
        (TrustClaim.Executables, 33) => new("unrecognized_rt", "unknown code", "Code was loaded that is not known."),
        (TrustClaim.Executables, 96) => new("contraindicated_rt", "forbidden code", "Code was loaded that must not be."),

        (TrustClaim.FileSystem, 2) => new("approved_fs", "known files", "Only approved files were found."),
        (TrustClaim.FileSystem, 32) => new("unrecognized_fs", "unknown files", "Files were found that are not known."),
        (TrustClaim.FileSystem, 96) => new("contraindicated_fs", "forbidden files", "Files were found that must not be there."),

        (TrustClaim.Hardware, 2) => new("genuine_hw", "genuine", "Hardware and firmware are genuine and supported."),
        (TrustClaim.Hardware, 32) => new("unsafe_hw", "genuine, known weakness", "Hardware and firmware are genuine, with known weaknesses."),
        (TrustClaim.Hardware, 96) => new("contraindicated_hw", "known, not trustworthy", "Hardware or firmware is known and not trustworthy."),
        (TrustClaim.Hardware, 97) => new("unrecognized_hw", "not known", "Hardware or firmware is not known."),

        (TrustClaim.RuntimeOpaque, 2) => new("encrypted_rt", "memory encrypted", "Memory is encrypted and closed to hypervisor, host and neighbours."),
        (TrustClaim.RuntimeOpaque, 32) => new("isolated_rt", "memory isolated", "No other VM can see the memory; the host's operator can."),
        (TrustClaim.RuntimeOpaque, 96) => new("visible_rt", "memory visible", "Others on the same machine can see the memory."),

        (TrustClaim.StorageOpaque, 2) => new("hw_encrypted_secrets", "encrypted, keys in hardware", "Stored secrets are encrypted with keys that stay in hardware."),
        (TrustClaim.StorageOpaque, 32) => new("sw_encrypted_secrets", "encrypted, keys in software", "Stored secrets are encrypted with keys that hardware does not protect."),
        (TrustClaim.StorageOpaque, 96) => new("unencrypted_secrets", "in clear", "Stored secrets are in clear."),

        (TrustClaim.SourcedData, 2) => new("trusted_sources", "trusted sources", "All data comes from sources with an affirming verdict."),
        (TrustClaim.SourcedData, 32) => new("untrusted_sources", "unattested sources", "Some data comes from sources without an affirming verdict."),
        (TrustClaim.SourcedData, 96) => new("contraindicated_sources", "refused sources", "Some data comes from sources with a bad verdict."),

        _ => TrustTiers.TierOf(value) switch
        {
            TrustTier.Affirming => new("affirming", "affirming", "A value of the affirming tier without a registered meaning."),
            TrustTier.Warning => new("warning", "warning", "A value of the warning tier without a registered meaning."),
            _ => new("contraindicated", "contraindicated", "A value of the contraindicated tier without a registered meaning."),
        },
    };
}
