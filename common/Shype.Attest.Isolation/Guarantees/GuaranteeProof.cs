using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>The guarantees that have a number (docs/guarantees.md), each answered from whatever evidence there is.</summary>
public static class GuaranteeProof
{
    private static readonly ImmutableArray<(string Id, GuaranteeConcern Concern, Func<IsolationEvidence, Guarantee> Prove)> All =
    [
        ("G3", GuaranteeConcern.Configuration, EnforcingModule.Prove),
        ("G4", GuaranteeConcern.Configuration, ActivePolicy.Prove),
        ("G5", GuaranteeConcern.Configuration, PolicyChain.Prove),
        ("G6", GuaranteeConcern.Isolation, CompleteLog.Prove),
        ("G7", GuaranteeConcern.Configuration, WellFormedPolicy.Prove),
        ("G8", GuaranteeConcern.Configuration, LabelTypes.Prove),
        ("G9", GuaranteeConcern.Configuration, KnownLabels.Prove),
        ("G10", GuaranteeConcern.Isolation, NoConflictNow.Prove),
        ("G11", GuaranteeConcern.Isolation, NoViolationEver.Prove),
        ("G12", GuaranteeConcern.Isolation, Rivals.ProveDirect),
        ("G13", GuaranteeConcern.Isolation, Rivals.ProvePossible),
        ("G14", GuaranteeConcern.Isolation, Rivals.ProveActual),
        ("G15", GuaranteeConcern.Isolation, FewMediators.Prove),
        ("G16", GuaranteeConcern.Isolation, ResourceAccess.Prove),
        ("G17", GuaranteeConcern.Isolation, ExclusiveDevices.Prove),
        ("G18", GuaranteeConcern.Configuration, HostAuthorisation.Prove),
        ("G19", GuaranteeConcern.Configuration, VmIdentities.Prove),
        ("G20", GuaranteeConcern.Isolation, Arrivals.Prove),
        ("G24", GuaranteeConcern.Configuration, LabelsReadBack.Prove),
        ("G25", GuaranteeConcern.Isolation, VmBindings.Prove),
    ];

    /// <summary>Their ids, in order: "G3" to "G20", "G24", "G25".</summary>
    public static ImmutableArray<string> Ids { get; } = [.. All.Select(one => one.Id)];

    /// <summary>What one of them speaks of.</summary>
    /// <exception cref="ArgumentException">There is no such guarantee.</exception>
    public static GuaranteeConcern ConcernOf(string id) =>
        All.FirstOrDefault(one => one.Id == id) is { Id: not null, Concern: var concern } ? concern : throw new ArgumentException($"there is no guarantee '{id}'", nameof(id));

    /// <summary>The answer to one.</summary>
    /// <exception cref="ArgumentException">There is no such guarantee.</exception>
    public static Guarantee Prove(IsolationEvidence evidence, string id) =>
        All.FirstOrDefault(one => one.Id == id) is { Prove: { } prove } ? prove(evidence) : throw new ArgumentException($"there is no guarantee '{id}'", nameof(id));
}
