using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>
/// Whether a VM may use a resource (isolation 2.3): one with a label by the type of its label, a channel by a type in common with the VM at its other end.
/// </summary>
internal static class ResourceRule
{
    public static Decision? Judge(EnforcementRun run, Participant user, Resource resource) =>
        run.Policy.HasTypeEnforcement && Denial(run, user, resource) is { } why
            ? new(DenialReason.ResourceDenied, () => $"{Quote.Visible(user.Vm.Name)} uses {resource.Sentence}{why()}") { Vm = user.Vm }
            : null;

    /// <summary>The running VMs that a channel may lead to: a name that two have leads to both.</summary>
    public static IReadOnlyList<Participant> Peers(EnforcementRun run, Resource channel)
    {
        if (channel.Name == "host")
        {
            return [run.Host];
        }

        if (Guid.TryParseExact(channel.Name, "D", out var uuid) && run.Find(uuid) is { } named)
        {
            return [named];
        }

        return [.. run.Participants.Where(running => running.Vm.Name == channel.Name)];
    }

    private static Func<string>? Denial(EnforcementRun run, Participant user, Resource resource) =>
        user.Row is not { } row ? () => ", and the policy does not know its label"
        : resource.IsChannel ? ChannelDenial(run, row, resource)
        : resource is { Kind: "vif", Label: null } && row.Label.SteTypes.Length == 1 ? null // A VM of one type can have no interface of another (isolation 3.3).
        : DenialOf(run, row, resource.Label ?? SpecialLabels.Unlabeled);

    private static Func<string>? DenialOf(EnforcementRun run, LabelRow user, string label)
    {
        if (label == SpecialLabels.Inaccessible)
        {
            return () => $" with label '{label}', which nobody may use";
        }

        if (run.Policy.FindResourceLabel(label) is not { } resource)
        {
            return () => $" with label {Quote.Name(label)}, which the policy does not know";
        }

        return user.Ste[run.Tables.SteIndex(resource.SteType)]
            ? null
            : () => $" with label {Quote.Name(label)}, whose type {Quote.Name(resource.SteType)} its label {Quote.Name(user.Label.Name)} does not have";
    }

    private static Func<string>? ChannelDenial(EnforcementRun run, LabelRow user, Resource channel)
    {
        var peers = Peers(run, channel);
        // Only where nobody runs by that name is the label believed that the channel itself is said to have.
        var labels = peers.Count > 0 ? peers.Select(peer => peer.Row) : [channel.Label is { } label ? run.Tables.Find(label) : null];
        foreach (var peer in labels)
        {
            if (peer is null)
            {
                return () => ", of which the policy does not know the peer";
            }

            if (!peer.Ste.Meets(user.Ste))
            {
                return () => $", with whose label {Quote.Name(peer.Label.Name)} its label {Quote.Name(user.Label.Name)} has no type in common";
            }
        }

        return null;
    }
}
