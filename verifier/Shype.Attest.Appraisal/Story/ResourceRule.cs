using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Story;

/// <summary>What the policy says to an attachment (isolation 2.3): a resource by the one type of its label, a peer by a type in common.</summary>
internal static class ResourceRule
{
    /// <summary>What is denied and why, to stand after "uses"; null where it is permitted.</summary>
    public static string? Denial(AcmPolicy policy, RunningImage image, ResourceAttachContent resource, IEnumerable<RunningImage> running)
    {
        if (!policy.HasTypeEnforcement)
        {
            return null;
        }

        var what = $"{TextRules.Escape(resource.Kind)} {TextRules.Escape(resource.Name)}";
        if (policy.FindVmLabel(image.Vm.EffectiveLabel) is not { } label)
        {
            return $"{what}, and the policy does not know its label";
        }

        return resource.Kind is "event-channel" or "grant"
            ? DenialOfPeer(policy, label, what, PeerLabel(policy, resource, running))
            : DenialOfResource(policy, label, what, resource.Label ?? SpecialLabels.Unlabeled);
    }

    private static string? DenialOfResource(AcmPolicy policy, VmLabel vm, string what, string label) =>
        policy.FindResourceLabel(label) is not { } resource ? $"{what} with label '{TextRules.Escape(label)}', which the policy does not know"
        : TypeEnforcement.MayUse(policy, vm, resource) ? null
        : $"{what} with label '{resource.Name}', whose type '{resource.SteType}' its label '{vm.Name}' does not have";

    private static string? DenialOfPeer(AcmPolicy policy, VmLabel vm, string what, VmLabel? peer) =>
        peer is null ? $"{what}, of which the policy does not know the peer"
        : TypeEnforcement.MayShare(policy, vm, peer) ? null
        : $"{what}, with whose label '{peer.Name}' its label '{vm.Name}' has no type in common";

    private static VmLabel? PeerLabel(AcmPolicy policy, ResourceAttachContent resource, IEnumerable<RunningImage> running) =>
        resource.Label is { } label ? policy.FindVmLabel(label)
        : resource.Name == "host" ? policy.BootstrapLabel
        : running.FirstOrDefault(other => other.Start.Name == resource.Name || other.Start.Uuid.ToString() == resource.Name) is { } peer
            ? policy.FindVmLabel(peer.Vm.EffectiveLabel)
        : null;
}
