using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>
/// Every start, stop and attachment since boot, decided again in its order: guarantee G11, that nothing was ever admitted that the policy forbids. What was
/// wrongly admitted is taken as running from there on, as it was.
/// </summary>
public sealed class StartReplay
{
    private StartReplay(IReadOnlyList<Inadmissible> inadmissible, EnforcementState end) => (Violations, End) = (inadmissible, end);

    /// <summary>Events that the policy denied and that happened all the same.</summary>
    public IReadOnlyList<Inadmissible> Violations { get; }

    /// <summary>What runs at the end.</summary>
    public EnforcementState End { get; }

    /// <summary>Whether every event was admissible when it happened.</summary>
    public bool Holds => Violations.Count == 0;

    /// <summary>Replays from boot.</summary>
    public static StartReplay Run(AcmPolicy policy, IEnumerable<EnforcementEvent> events) => Run(EnforcementState.AtBoot(policy), events);

    /// <summary>Replays from a state that an earlier replay ended in.</summary>
    public static StartReplay Run(EnforcementState from, IEnumerable<EnforcementEvent> events)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(events);
        var violations = new List<Inadmissible>();
        var run = new EnforcementRun(from);
        var index = 0;
        foreach (var happened in events)
        {
            if (Enforcement.Judge(run, happened) is { } denied)
            {
                violations.Add(new(index, happened, denied));
            }

            run.Record(happened);
            index++;
        }

        return new(violations, run.Freeze());
    }
}

/// <summary>An event that should have been denied.</summary>
/// <param name="Index">Its place in the sequence, from 0.</param>
/// <param name="Event">The event.</param>
/// <param name="Decision">What the policy says to it.</param>
public sealed record Inadmissible(int Index, EnforcementEvent Event, Decision Decision);
