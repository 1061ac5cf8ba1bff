using Shype.Attest.Isolation.Flows;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G14: nothing got from one label to another in this boot: only what ran together, only what was attached, and nothing read before it was written.</summary>
public static class NoActualFlow
{
    /// <summary>The guarantee for two VM labels.</summary>
    public static Guarantee Prove(IsolationEvidence evidence, string from, string to)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence.History is not { } history)
        {
            return Guarantee.Unknown("G14", IsolationEvidence.NoLog);
        }

        if (ActualFlow.Find(history, evidence.Mediators, from, [to]) is { } witness)
        {
            return Guarantee.Violated("G14", $"Something could get from {Quote.Name(from)} to {Quote.Name(to)}: {witness.Sentence}.", witness);
        }

        var unknown = (new[] { from, to }.FirstOrDefault(label => evidence.Policy.FindVmLabel(label) is null) is { } label ? $"policy {evidence.Policy} has no VM label {Quote.Name(label)}" : null)
            ?? Open(evidence, history);
        return unknown is null
            ? Guarantee.Holds("G14", evidence, $"Nothing got from {Quote.Name(from)} to {Quote.Name(to)} since boot{NoPossibleFlow.Apart(evidence)}.")
            : Guarantee.Unknown("G14", unknown);
    }

    /// <summary>Why the log does not show every flow.</summary>
    internal static string? Open(IsolationEvidence evidence, IsolationHistory history) =>
        history.Gap ?? history.Replay.Violations.FirstOrDefault(violation => violation.Decision.Reason == DenialReason.UnknownLabel)?.Decision.Sentence;
}
