namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G24: the label in a VM's configuration is the one that the hypervisor, asked, says the VM has.</summary>
public static class LabelsReadBack
{
    /// <summary>The guarantee for what runs now.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence is not { Starts: not null, History: { } history })
        {
            return Guarantee.Unknown("G24", IsolationEvidence.NoStarts);
        }

        var running = evidence.RunningStarts.ToList();
        if (running.Find(start => start.LabelReadBack is { } read && read != start.Vm.EffectiveLabel) is { } wrong)
        {
            var what = $"{wrong.Sentence} is configured with label {Quote.Name(wrong.Vm.EffectiveLabel)}, and the hypervisor says {Quote.Name(wrong.LabelReadBack!)}";
            return Guarantee.Violated("G24", $"{what}.", new(what, [wrong.Vm.EffectiveLabel, wrong.LabelReadBack!], [wrong.Record]));
        }

        var missing = running.Find(start => start.LabelReadBack is null) is { } unasked
            ? $"no record tells the label that the hypervisor itself gives {Quote.Visible(unasked.Vm.Name)} (xl list -Z, getssid, ps -Z): record {unasked.Record} has the configuration's"
            : history.Doubt;
        return missing is not null
            ? Guarantee.Unknown("G24", missing)
            : Guarantee.Holds("G24", evidence, $"The hypervisor gives each of the {running.Count} running VMs the label of its configuration.");
    }
}
