using System.Collections.Immutable;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Inputs;

namespace Shype.Attest.Isolation.Flask.Guarantees;

/// <summary>All that guarantees over a binary policy for Xen are proven from. Labels are types or full contexts.</summary>
/// <param name="Policy">The policy in force.</param>
public sealed record FlaskEvidence(FlaskPolicy Policy)
{
    /// <summary>The booleans, as loaded where nothing says otherwise.</summary>
    public BooleanValues Booleans { get; init; } = BooleanValues.Defaults(Policy);

    /// <summary>Digest of the policy's file, "sha256:" and hex.</summary>
    public string? File { get; init; }

    /// <summary>Labels that are trusted to pass nothing on. The host's domain is one only where it is named: the policy does not say which it is.</summary>
    public ImmutableHashSet<string> Mediators { get; init; } = [];

    /// <summary>Who keeps the policy: the strength of what holds.</summary>
    public GuaranteeStrength Keeper { get; init; } = GuaranteeStrength.Observed;

    /// <summary>What happened since boot; null where there is no log.</summary>
    public FlaskHistory? History { get; init; }

    /// <summary>What keeps labels apart (G3).</summary>
    public ModuleStatement? Module { get; init; }

    /// <summary>The policies measured since boot (G4, G5).</summary>
    public ImmutableArray<MeasuredPolicy> Policies { get; init; } = [];
}

/// <summary>What happened since boot.</summary>
/// <param name="Events">Every event, in order.</param>
/// <param name="Gap">Why these may not be all; null where they are.</param>
public sealed record FlaskHistory(ImmutableArray<LoggedEvent> Events, string? Gap)
{
    /// <summary>Why not even what runs now, or the policy, can be told from the log; null where it can, though not all that is over may be known.</summary>
    public string? Doubt { get; init; } = Gap;

    /// <summary>What runs at the end, besides the host's own domain.</summary>
    public ImmutableArray<RunningVm> Running { get; } = RunningAfter(Events);

    /// <summary>Everything that ran since boot, once under each label.</summary>
    public ImmutableArray<RunningVm> Ever { get; } = EverOf(Events);

    /// <summary>A VM that ran under two labels; null where each kept its own.</summary>
    public Guid? Renamed { get; } = RenamedIn(Events);

    private static Guid? RenamedIn(ImmutableArray<LoggedEvent> events)
    {
        var labels = new Dictionary<Guid, string>();
        foreach (var logged in events)
        {
            if (logged.Event is VmRelabels { Uuid: var uuid } || (logged.Event is VmStarts { Vm: var vm } && (uuid = vm.Uuid) != Guid.Empty && !labels.TryAdd(uuid, vm.EffectiveLabel) && labels[uuid] != vm.EffectiveLabel))
            {
                return uuid;
            }
        }

        return null;
    }

    private static ImmutableArray<RunningVm> EverOf(ImmutableArray<LoggedEvent> events)
    {
        var ever = new Dictionary<string, RunningVm>(StringComparer.Ordinal);
        foreach (var logged in events)
        {
            if (logged.Event is VmStarts { Vm: { IsHost: false } vm })
            {
                ever.TryAdd(vm.EffectiveLabel, vm);
            }
            else if (logged.Event is VmRelabels(var uuid, { } label))
            {
                ever.TryAdd(label, new(uuid, uuid.ToString(), label));
            }
        }

        return [.. ever.Values];
    }

    private static ImmutableArray<RunningVm> RunningAfter(ImmutableArray<LoggedEvent> events)
    {
        var running = new Dictionary<Guid, RunningVm>();
        foreach (var logged in events)
        {
            switch (logged.Event)
            {
                case VmStarts { Vm: { IsHost: false } vm }:
                    running[vm.Uuid] = vm;
                    break;
                case VmStops { Uuid: var uuid }:
                    running.Remove(uuid);
                    break;
                case VmRelabels(var uuid, var label) when running.TryGetValue(uuid, out var vm):
                    running[uuid] = vm with { Label = label };
                    break;
            }
        }

        return [.. running.Values.OrderBy(vm => vm.Uuid)];
    }
}
