using Shype.Attest.Appraisal.References;
using Shype.Attest.Isolation;

namespace Shype.Attest.Appraisal.Story;

/// <summary>What keeps VMs apart on a host, as far as hypervisor and references show it. What only the agent says is not believed of a hypervisor.</summary>
internal static class ModuleInForce
{
    /// <summary>The kind of policy records of Xen's FLASK.</summary>
    public const string Flask = "flask";

    /// <summary>The module; null where nothing is known of the hypervisor.</summary>
    public static EnforcementModule? Of(BootStory story, ReferenceSet references)
    {
        if (story.Hypervisor is not { Value: var hypervisor }
            || references.Hypervisors.FirstOrDefault(known => known.Kind == hypervisor.Kind && known.Image == hypervisor.ImageDigest) is not { } reference)
        {
            return null;
        }

        return hypervisor.Kind switch
        {
            LabelKeeper => EnforcementModule.Acm,
            // A Xen that was built without a module takes the option and enforces nothing (isolation 5.1).
            Xen => reference.SecurityModule is { } builtIn ? EnforcementModule.OfXen(hypervisor.CommandLine, builtIn) : EnforcementModule.Dummy,
            Kvm when story.Policy?.Value.Module == EnforcementModule.Svirt.Name => EnforcementModule.Svirt,
            _ => null,
        };
    }

    /// <summary>Whether the hypervisor itself refuses what the measured policy forbids: it enforces labels, of a policy of this kind. Of sVirt it is Linux that does.</summary>
    public static bool Enforces(BootStory story, ReferenceSet references) =>
        story.Policy is { Value: { Enforcing: true, Module: var kind } } && Of(story, references) is { EnforcesLabels: true } module
        && module != EnforcementModule.Svirt && module.Name == kind;

    private const string LabelKeeper = "shype";
    private const string Xen = "xen";
    private const string Kvm = "kvm";
}
