namespace Shype.Attest.Isolation.Guarantees;

/// <summary>
/// G25: evidence of a VM is bound to this platform: the key under which its virtual TPM signs was measured at its start into a log that the platform's quote covers,
/// it is no other VM's, and what the VM sent is under that key.
/// </summary>
public static class VmBindings
{
    /// <summary>The guarantee for what runs now.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence is not { Starts: not null, History: { } history })
        {
            return Guarantee.Unknown("G25", IsolationEvidence.NoStarts);
        }

        var running = evidence.RunningStarts.ToList();
        var keyed = running.Where(start => start.VtpmKey is not null).ToList();
        if (keyed.GroupBy(start => start.VtpmKey).FirstOrDefault(group => group.Skip(1).Any())?.Take(2).ToList() is [var one, var other])
        {
            var what = $"{one.Sentence} and {other.Sentence} have virtual TPMs with the same endorsement key: evidence of one passes for that of the other";
            return Guarantee.Violated("G25", $"{what}.", new(what, [], [one.Record, other.Record]));
        }

        if (keyed.Find(start => evidence.VmKeys.TryGetValue(start.Vm.Uuid, out var sent) && sent != start.VtpmKey) is { } foreign)
        {
            var what = $"{foreign.Sentence} sent evidence under another endorsement key than was measured at its start";
            return Guarantee.Violated("G25", $"{what}.", new(what, [], [foreign.Record]));
        }

        var missing = running.Find(start => start.VtpmKey is null) is { } without ? $"record {without.Record} has no vtpmEkName: nothing binds evidence of {Quote.Visible(without.Vm.Name)} to this platform"
            : evidence.Log?.MatchesQuote != true ? "there is no quote of the platform that covers the records of the starts"
            : history.Doubt;
        return missing is not null
            ? Guarantee.Unknown("G25", missing)
            : Guarantee.Holds("G25", evidence, $"The keys of the virtual TPMs of all {running.Count} running VMs were measured, and the platform's quote covers them.");
    }
}
