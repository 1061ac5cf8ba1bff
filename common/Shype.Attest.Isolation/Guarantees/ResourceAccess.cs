namespace Shype.Attest.Isolation.Guarantees;

/// <summary>
/// G16: every resource that was attached since boot had a label that its VM may use, kept it while it was in use, and was cleaned before it was used under another.
/// </summary>
public static class ResourceAccess
{
    /// <summary>The guarantee for the whole boot.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence.History is not { } history)
        {
            return Guarantee.Unknown("G16", IsolationEvidence.NoLog);
        }

        if (history.Replay.Violations.FirstOrDefault(violation => violation.Event is ResourceAttaches or VmRelabels && violation.Decision.Reason is not DenialReason.ConflictSet) is { } denied)
        {
            var record = history.Events[denied.Index].Record;
            return Guarantee.Violated("G16", $"Record {record}: {denied.Decision.Sentence}.", new(denied.Decision.Sentence, [], [record]));
        }

        var uses = new ResourceUses(evidence.Sanitised);
        foreach (var logged in history.Events)
        {
            uses.Take(logged);
        }

        return uses.InUse is { } inUse ? Guarantee.Violated("G16", $"{inUse.Sentence}.", inUse)
            : (uses.NotCleaned ?? history.Gap) is { } missing ? Guarantee.Unknown("G16", missing)
            : Guarantee.Holds("G16", evidence, $"All {history.Events.Count(logged => logged.Event is ResourceAttaches)} attachments since boot were of resources that the VM's label may use.");
    }
}
