using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal;

/// <summary>What a claim is worth before any finding.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Value">The value.</param>
/// <param name="Reason">Why this value.</param>
public sealed record BaseValue(TrustClaim Claim, sbyte Value, string Reason);

/// <summary>
/// From findings to a trustworthiness vector. Each part starts from what complete and faultless evidence proves; each finding lowers it as the catalogue says.
/// A finding about the host lowers the host and every VM on it; a finding about a VM lowers that VM. <c>docs/trust-vector.md</c> is made from these tables.
/// </summary>
public static class TrustMapping
{
    /// <summary>What faultless evidence proves about a host.</summary>
    public static IReadOnlyList<BaseValue> HostBase { get; } =
    [
        new(TrustClaim.InstanceIdentity, 2, "The quote is signed by the attestation key that enrolment proved to live in the TPM of this host."),
        new(TrustClaim.Configuration, 2, "The hypervisor's command line and the isolation policy in force are references, and the log since boot shows nothing against them."),
        new(TrustClaim.Executables, 3, "The hypervisor and what is loaded beside it are references and what the boot loader started; nothing is known about code that was loaded after boot."),
        new(TrustClaim.FileSystem, 0, "Files of the host are not measured."),
        new(TrustClaim.Hardware, 2, "The endorsement key's certificate chains to a configured vendor, and firmware measured into the quoted bank."),
        new(TrustClaim.RuntimeOpaque, 0, "A TPM says nothing about memory; what the policy keeps apart is said by the guarantees."),
        new(TrustClaim.StorageOpaque, 0, "Not measured."),
        new(TrustClaim.SourcedData, 0, "Not measured."),
    ];

    /// <summary>What a faultless quote by stock tools proves about a host, with its firmware's log and no agent's.</summary>
    public static IReadOnlyList<BaseValue> ToolHostBase { get; } =
    [
        new(TrustClaim.InstanceIdentity, 2, "The quote is signed by the attestation key that enrolment proved to live in the TPM of this host."),
        new(TrustClaim.Configuration, 0, "Command line and isolation policy are in no log; `agent-log-not-shown`, which every such verdict has, makes it 36: parts that matter are not available."),
        new(TrustClaim.Executables, 0, "The firmware's log names what booted, but no agent says which hypervisor runs: nothing is claimed."),
        new(TrustClaim.FileSystem, 0, "Files of the host are not measured."),
        new(TrustClaim.Hardware, 2, "The endorsement key's certificate chains to a configured vendor, and firmware measured into the quoted bank."),
        new(TrustClaim.RuntimeOpaque, 0, "A TPM says nothing about memory."),
        new(TrustClaim.StorageOpaque, 0, "Not measured."),
        new(TrustClaim.SourcedData, 0, "Not measured."),
    ];

    /// <summary>What faultless evidence proves about a VM that runs on a faultless host.</summary>
    public static IReadOnlyList<BaseValue> VmBase { get; } =
    [
        new(TrustClaim.InstanceIdentity, 2, "Its start is in the measured log of a host that is known."),
        new(TrustClaim.Configuration, 2, "Its label is that of its reference and one that the policy knows."),
        new(TrustClaim.Executables, 3, "Everything that it started from is in its reference, as the host's agent measured it; nothing is known about code that it loaded afterwards."),
        new(TrustClaim.FileSystem, 0, "What it writes is not measured."),
        new(TrustClaim.Hardware, 0, "It has none of its own."),
        new(TrustClaim.RuntimeOpaque, 0, "Nothing keeps the host out of its memory; never better than the host's."),
        new(TrustClaim.StorageOpaque, 0, "Not measured."),
        new(TrustClaim.SourcedData, 0, "Not measured."),
    ];

    /// <summary>The vector of a host.</summary>
    public static TrustVector Host(IReadOnlyList<Finding> findings) => HostFrom(HostBase, findings);

    /// <summary>The vector of a host that stock tools quoted.</summary>
    public static TrustVector ToolHost(IReadOnlyList<Finding> findings) => HostFrom(ToolHostBase, findings);

    /// <summary>The vector of a VM that runs on a host.</summary>
    public static TrustVector Vm(IReadOnlyList<Finding> host, IReadOnlyList<Finding> vm)
    {
        Span<sbyte> values = stackalloc sbyte[ClaimCount];
        Start(values, VmBase);
        Apply(values, vm, withdraw: true);
        // What a finding only withdraws from the host, such as a certificate of its TPM, a VM never had.
        Apply(values, host, withdraw: false);
        return ToVector(values);
    }

    /// <summary>The vector of a VM that was asked about and does not run: nothing for it, and all that speaks against the host.</summary>
    public static TrustVector AbsentVm(IReadOnlyList<Finding> host)
    {
        Span<sbyte> values = stackalloc sbyte[ClaimCount];
        values.Clear();
        Apply(values, host, withdraw: false);
        return ToVector(values);
    }

    private static TrustVector HostFrom(IReadOnlyList<BaseValue> table, IReadOnlyList<Finding> findings)
    {
        Span<sbyte> values = stackalloc sbyte[ClaimCount];
        Start(values, table);
        Apply(values, findings, withdraw: true);
        return ToVector(values);
    }

    private static void Start(Span<sbyte> values, IReadOnlyList<BaseValue> table)
    {
        foreach (var row in table)
        {
            values[(int)row.Claim] = row.Value;
        }
    }

    private static void Apply(Span<sbyte> values, IReadOnlyList<Finding> findings, bool withdraw)
    {
        foreach (var finding in findings)
        {
            foreach (var effect in finding.Kind.Effects)
            {
                ref var value = ref values[(int)effect.Claim];
                var worth = finding.IsWarningOnly ? AsWarning(effect) : effect.Value;
                if (effect.Only is { } only ? withdraw && value == only : IsWorse(worth, value))
                {
                    value = worth;
                }
            }
        }
    }

    // AR4SI: 33 of executables is "unrecognised code present"; 32 is the other claims' general warning.
    private static sbyte AsWarning(ClaimEffect effect) =>
        TrustTiers.TierOf(effect.Value) != TrustTier.Contraindicated ? effect.Value
        : effect.Claim == TrustClaim.Executables ? (sbyte)33 : (sbyte)32;

    // By tier, then by number: 99 (a check by cryptography failed) says more than 96.
    private static bool IsWorse(sbyte left, sbyte right) =>
        TrustTiers.TierOf(left) is var tier && TrustTiers.TierOf(right) is var other && (tier > other || (tier == other && left > right));

    private static TrustVector ToVector(ReadOnlySpan<sbyte> values) => new()
    {
        InstanceIdentity = values[(int)TrustClaim.InstanceIdentity],
        Configuration = values[(int)TrustClaim.Configuration],
        Executables = values[(int)TrustClaim.Executables],
        FileSystem = values[(int)TrustClaim.FileSystem],
        Hardware = values[(int)TrustClaim.Hardware],
        RuntimeOpaque = values[(int)TrustClaim.RuntimeOpaque],
        StorageOpaque = values[(int)TrustClaim.StorageOpaque],
        SourcedData = values[(int)TrustClaim.SourcedData],
    };

    private const int ClaimCount = (int)TrustClaim.SourcedData + 1;
}
