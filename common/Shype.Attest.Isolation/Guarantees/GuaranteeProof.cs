using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>The guarantees that have a number (docs/guarantees.md), each answered from whatever evidence there is.</summary>
public static class GuaranteeProof
{
    private static readonly ImmutableArray<(string Id, Func<IsolationEvidence, Guarantee> Prove)> All =
    [
        ("G3", EnforcingModule.Prove),
        ("G4", ActivePolicy.Prove),
        ("G5", PolicyChain.Prove),
        ("G6", CompleteLog.Prove),
        ("G7", WellFormedPolicy.Prove),
        ("G8", LabelTypes.Prove),
        ("G9", KnownLabels.Prove),
        ("G10", NoConflictNow.Prove),
        ("G11", NoViolationEver.Prove),
        ("G12", Rivals.ProveDirect),
        ("G13", Rivals.ProvePossible),
        ("G14", Rivals.ProveActual),
        ("G15", FewMediators.Prove),
        ("G16", ResourceAccess.Prove),
        ("G17", ExclusiveDevices.Prove),
        ("G18", HostAuthorisation.Prove),
        ("G19", VmIdentities.Prove),
        ("G20", Arrivals.Prove),
        ("G24", LabelsReadBack.Prove),
        ("G25", VmBindings.Prove),
    ];

    /// <summary>Their ids, in order: "G3" to "G20", "G24", "G25".</summary>
    public static ImmutableArray<string> Ids { get; } = [.. All.Select(one => one.Id)];

    /// <summary>The answer to one.</summary>
    /// <exception cref="ArgumentException">There is no such guarantee.</exception>
    public static Guarantee Prove(IsolationEvidence evidence, string id) =>
        All.FirstOrDefault(one => one.Id == id) is { Prove: { } prove } ? prove(evidence) : throw new ArgumentException($"there is no guarantee '{id}'", nameof(id));
}
