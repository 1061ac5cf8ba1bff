namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G11: every start, stop and attachment since boot was admissible when it happened.</summary>
public static class NoViolationEver
{
    /// <summary>The guarantee for the whole boot.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence.History is not { } history)
        {
            return Guarantee.Unknown("G11", IsolationEvidence.NoLog);
        }

        if (history.Replay.Violations is [var first, ..])
        {
            var (record, more) = (history.Events[first.Index].Record, history.Replay.Violations.Count - 1);
            var sentence = $"Record {record}: {first.Decision.Sentence}{(more > 0 ? $"; {more} more events were not admissible" : "")}.";
            return Guarantee.Violated("G11", sentence, new(first.Decision.Sentence, [], [record]));
        }

        return history.Gap is { } gap
            ? Guarantee.Unknown("G11", gap)
            : Guarantee.Holds("G11", evidence, $"All {history.Events.Length} events since boot were admissible when they happened.");
    }
}
