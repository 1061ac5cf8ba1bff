using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Measurement;

namespace Shype.Attest.Appraisal;

/// <summary>What a verifier demands beyond the references; the defaults are for hosts as the agent sets them up.</summary>
public sealed record AppraisalRules
{
    /// <summary>The defaults.</summary>
    public static AppraisalRules Default { get; } = new();

    /// <summary>The PCRs that the host's records must be in.</summary>
    public PcrPlan Plan { get; init; } = PcrPlan.Default;

    /// <summary>
    /// Whether a TPM that says that its clock may have gone back (safe is NO) is worth a warning. Off, because TPMs say so for an hour after every power cut,
    /// and resets are counted all the same.
    /// </summary>
    public bool DemandSafeClock { get; init; }

    /// <summary>
    /// The smallest firmwareVersion of a TPM that is taken. Only for attestation keys in the endorsement hierarchy: for others the TPM obfuscates the number
    /// (TPM 2.0 Part 3, 18.1).
    /// </summary>
    public ulong? MinimumFirmwareVersion { get; init; }

    /// <summary>
    /// Whether a host may boot with an older version of a policy than it was accepted with before, or with the same version of another content. Off, since
    /// an old policy may be signed and good and still have the hole that the new one closes (threat row V10).
    /// </summary>
    public bool AllowPolicyRollback { get; init; }

    /// <summary>What every verdict demands of isolation, whoever asks.</summary>
    public DemandSet Guarantees { get; init; } = DemandSet.None;

    /// <summary>The name of this set of rules in results (<c>ear.appraisal-policy-id</c>).</summary>
    public string PolicyId { get; init; } = "tag:shype.dev,2026:rules/1";
}
