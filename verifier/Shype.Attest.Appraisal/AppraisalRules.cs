using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal;

/// <summary>What a verifier demands beyond the references; the defaults are for hosts as the agent sets them up. An operator writes them as a document (docs/appraisal-policy.md).</summary>
public sealed record AppraisalRules
{
    /// <summary>The defaults.</summary>
    public static AppraisalRules Default { get; } = new();

    /// <summary>The PCRs that the host's records must be in.</summary>
    public PcrPlan Plan { get; init; } = PcrPlan.Default;

    /// <summary>The banks that are quoted.</summary>
    public IReadOnlyList<AlgorithmId> Banks { get; init; } = [AlgorithmId.Sha256];

    /// <summary>The PCRs of firmware and boot loader that are quoted, and so must be explained completely by the host's logs.</summary>
    public IReadOnlyList<int> ExplainedPcrs { get; init; } = [.. Enumerable.Range(0, 10)];

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

    /// <summary>PCRs that must have a value of the references, beside those that the references demand themselves.</summary>
    public IReadOnlyList<int> ReferencedPcrs { get; init; } = [];

    /// <summary>Whether a host must have booted with Secure Boot on, proven by PCR 7.</summary>
    public bool RequireSecureBoot { get; init; }

    /// <summary>What is demanded of the files that the host's kernel loads.</summary>
    public ImaDemands Ima { get; init; } = new();

    /// <summary>
    /// Whether a host may boot with an older version of a policy than it was accepted with before, or with the same version of another content. Off, since
    /// an old policy may be signed and good and still have the hole that the new one closes (threat row V10).
    /// </summary>
    public bool AllowPolicyRollback { get; init; }

    /// <summary>What every verdict demands of isolation, whoever asks.</summary>
    public DemandSet Guarantees { get; init; } = DemandSet.None;

    /// <summary>Whether an endorsement key that an administrator pinned without a certificate fails the host.</summary>
    public bool RequireEkCertificate { get; init; }

    /// <summary>The hypervisors that are taken; every one of the references where the list is empty.</summary>
    public IReadOnlyList<HypervisorRange> Hypervisors { get; init; } = [];

    /// <summary>Whether a policy that nobody enforces, neither hypervisor nor launch gate, is worth a warning.</summary>
    public bool RequireGate { get; init; } = true;

    /// <summary>What is said of images that can change.</summary>
    public MutableImages MutableImages { get; init; }

    /// <summary>Failures that are only warnings here; never one for which <see cref="FindingKind.CanBeWarningOnly"/> is false.</summary>
    public FrozenSet<FindingCode> WarningsOnly { get; init; } = [];

    /// <summary>The name of this set of rules in results (<c>ear.appraisal-policy-id</c>).</summary>
    public string PolicyId { get; init; } = "tag:shype.dev,2026:rules/1";

    /// <summary>SHA-256 of the document that these rules were read from; null for those that are built in.</summary>
    public ReadOnlyMemory<byte>? PolicyDigest { get; init; }

    /// <summary>What a challenge asks for: in each bank the PCRs of firmware and boot loader, IMA's unless it is ignored, and those of the records.</summary>
    public IReadOnlyList<PcrRequest> Pcrs => Asked.GetValue(this, static rules => [.. rules.Banks.Select(bank => new PcrRequest(
        bank.ToText(), [.. rules.ExplainedPcrs.Union(rules.Ima.Mode == ImaMode.Ignored ? [] : [ImaPcr.Usual.Value]).Union(rules.Plan.Distinct().Select(pcr => (int)pcr.Value)).Order()]))]);

    /// <summary>What stock tpm2-tools must quote: the same without the PCRs of the records, which nobody but an agent explains, and with PCR 10 only where IMA is demanded.</summary>
    public IReadOnlyList<PcrRequest> ToolPcrs => [.. Banks.Select(bank => new PcrRequest(
        bank.ToText(), [.. ExplainedPcrs.Except(Plan.Distinct().Select(pcr => (int)pcr.Value)).Union(Ima.Mode == ImaMode.Demanded ? [ImaPcr.Usual.Value] : []).Order()]))];

    // Each challenge and each answer asks. Beside the object and not in it, because "with" copies what is in it.
    private static readonly ConditionalWeakTable<AppraisalRules, IReadOnlyList<PcrRequest>> Asked = [];

    /// <summary>A finding as it counts under these rules.</summary>
    internal Finding Weigh(Finding finding) =>
        WarningsOnly.Count > 0 && WarningsOnly.Contains(finding.Code) ? finding with { IsWarningOnly = finding.Kind.CanBeWarningOnly } : finding;
}

/// <summary>What is demanded of IMA, the kernel's own list of files that it loaded.</summary>
public sealed record ImaDemands
{
    /// <summary>Whether the list is asked for.</summary>
    public ImaMode Mode { get; init; } = ImaMode.WhenShown;

    /// <summary>What is said about files.</summary>
    public ImaRuleSet Files { get; init; } = ImaRuleSet.None;
}

/// <summary>Whether IMA's list is asked for.</summary>
public enum ImaMode
{
    /// <summary>PCR 10 is quoted; a list that comes is replayed and judged, and where none comes that is only said.</summary>
    WhenShown,

    /// <summary>A host without a list is refused.</summary>
    Demanded,

    /// <summary>PCR 10 is not quoted, and a list is not looked at: for hosts that measure so much that a quote never keeps up.</summary>
    Ignored,
}
