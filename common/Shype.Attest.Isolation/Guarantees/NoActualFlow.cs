using Shype.Attest.Isolation.Flows;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G14: nothing got from one label to another in this boot: only what ran together, only what was attached, and nothing read before it was written.</summary>
public static class NoActualFlow
{
    /// <summary>The guarantee for two labels, of VMs or of resources.</summary>
    public static Guarantee Prove(IsolationEvidence evidence, string from, string to)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence.History is not { } history)
        {
            return Guarantee.Unknown("G14", IsolationEvidence.NoLog);
        }

        var left = ActualFlow.MaxSteps;
        if (ActualFlow.Find(history, evidence.Mediators, from, [to], ref left) is { } witness)
        {
            return Guarantee.Violated("G14", $"Something could get from {Quote.Name(from)} to {Quote.Name(to)}: {witness.Sentence}.", witness);
        }

        var policy = evidence.Policy;
        var unknown = (new[] { from, to }.FirstOrDefault(label => policy.FindVmLabel(label) is null && policy.FindResourceLabel(label) is null) is { } label ? $"policy {policy} has no label {Quote.Name(label)}" : null)
            ?? (left == 0 ? TooLong : null)
            ?? Open(evidence, history)
            ?? BootDisk(evidence, history, from)
            ?? BootDisk(evidence, history, to);
        return unknown is null
            ? Guarantee.Holds("G14", evidence, $"Nothing got from {Quote.Name(from)} to {Quote.Name(to)} since boot{NoPossibleFlow.Apart(evidence)}.")
            : Guarantee.Unknown("G14", unknown);
    }

    /// <summary>Why nothing is said about a log that is too long.</summary>
    internal const string TooLong = "the log is too long to be followed for every flow";

    // A record of a start has the digests of its disks and not their labels: such a disk may be one of any label that its VM may use.
    private static string? BootDisk(IsolationEvidence evidence, IsolationHistory history, string label)
    {
        var policy = evidence.Policy;
        if (policy.FindVmLabel(label) is not null || policy.FindResourceLabel(label) is not { } resource)
        {
            return null;
        }

        bool MayUse(RunningVm vm) => policy.FindVmLabel(vm.EffectiveLabel) is { } user && TypeEnforcement.MayUse(policy, user, resource);
        if (evidence.Starts is not { } starts)
        {
            return history.Events.Any(logged => logged.Event is VmStarts { Vm: { IsHost: false } vm } && MayUse(vm)) ? $"{IsolationEvidence.NoStarts}, and so of the disks that they started with" : null;
        }

        var attached = history.Events.Select(logged => logged.Event).OfType<ResourceAttaches>().Select(attach => (attach.Uuid, Part: $"disk {attach.Resource.Name}")).ToHashSet();
        return starts.FirstOrDefault(start => MayUse(start.Vm) && start.Images.Any(image => image.Part.StartsWith("disk ", StringComparison.Ordinal) && !attached.Contains((start.Vm.Uuid, image.Part)))) is { } unsaid
            ? $"record {unsaid.Record} does not tell the labels of the disks that {Quote.Visible(unsaid.Vm.Name)} started with, and it may use one with label {Quote.Name(label)}"
            : null;
    }

    /// <summary>Why the log does not show every flow.</summary>
    internal static string? Open(IsolationEvidence evidence, IsolationHistory history) =>
        history.Gap ?? history.Replay.Violations.FirstOrDefault(violation => violation.Decision.Reason == DenialReason.UnknownLabel)?.Decision.Sentence;
}
