using Shype.Attest.Isolation.Acm.Binary;
using static Shype.Attest.Isolation.Acm.PolicyAdviceSeverity;

namespace Shype.Attest.Isolation.Acm;

/// <summary>What an accepted policy allows and hardly means, one method a rule.</summary>
internal sealed class AcmLint(AcmPolicy policy, AcmPlaces places)
{
    private readonly List<PolicyAdvice> _advice = [];

    public IReadOnlyList<PolicyAdvice> Advise()
    {
        Components();
        Types("SimpleTypeEnforcement", "Type Enforcement", policy.SteTypes, [.. policy.VmLabels.SelectMany(label => label.SteTypes), .. policy.ResourceLabels.Select(label => label.SteType)]);
        Types("ChineseWall", "Chinese Wall", policy.ChWallTypes, [.. policy.VmLabels.SelectMany(label => label.ChWallTypes)]);
        ConflictSets();
        if (policy.HasTypeEnforcement)
        {
            VmLabels();
            ResourceLabels();
        }

        Unlabeled();
        Whole();
        return [.. _advice.OrderBy(advice => advice.Line).ThenBy(advice => advice.Column)];
    }

    private void Components()
    {
        if (!policy.HasTypeEnforcement)
        {
            Say(Warning, null, PolicyAdviceCode.NoTypeEnforcement, "the policy has no Type Enforcement: every machine may share with every other");
        }

        if (policy.ConflictSets.IsEmpty)
        {
            Say(Note, places.Find("ChineseWall", ""), PolicyAdviceCode.NoConflictSets, "the policy has no conflict set: every machine may run beside every other");
        }
    }

    private void Types(string component, string kind, IEnumerable<string> declared, HashSet<string> held)
    {
        foreach (var type in declared.Where(type => !held.Contains(type)))
        {
            Say(Note, places.Find(component, type), PolicyAdviceCode.UnusedType, $"no label holds the {kind} type {Quote.Name(type)}");
        }
    }

    private void ConflictSets()
    {
        var held = policy.VmLabels.SelectMany(label => label.ChWallTypes).ToHashSet(StringComparer.Ordinal);
        foreach (var set in policy.ConflictSets)
        {
            var present = set.Types.Count(held.Contains);
            if (present < 2)
            {
                Say(Warning, places.Find("Conflict", AcmPlaces.KeyOf(set)), PolicyAdviceCode.IdleConflictSet, $"labels hold {present} of the types of conflict set {Quote.Name(set.Name)}, so it keeps nothing apart");
            }
        }
    }

    private void VmLabels()
    {
        var host = policy.BootstrapLabel;
        foreach (var label in policy.VmLabels)
        {
            var at = places.Find("VirtualMachineLabel", label.Name);
            if (label.SteTypes.IsEmpty)
            {
                Say(Warning, at, PolicyAdviceCode.LabelWithoutTypes, $"label {Quote.Name(label.Name)} has no Type Enforcement type: it shares with nobody, not even itself or the host, and cannot be started");
            }

            if (label.Name == policy.Bootstrap)
            {
                continue;
            }

            if (TypeEnforcement.Missing(host, label) is { IsEmpty: false } missing)
            {
                Say(Warning, at, PolicyAdviceCode.BootstrapLacksType, $"the host's label {Quote.Name(policy.Bootstrap)} does not hold {Quote.Set(missing)} of label {Quote.Name(label.Name)}, so the host is not authorised to run it");
            }

            if (label.SteTypes.Length > 1)
            {
                Say(Note, at, PolicyAdviceCode.Mediator, $"label {Quote.Name(label.Name)} holds {Quote.Set(label.SteTypes)}: its machines are trusted to keep these apart");
            }
        }
    }

    private void ResourceLabels()
    {
        var held = policy.VmLabels.Where(label => label.Name != policy.Bootstrap).SelectMany(label => label.SteTypes).ToHashSet(StringComparer.Ordinal);
        foreach (var resource in policy.ResourceLabels.Where(resource => !held.Contains(resource.SteType)))
        {
            Say(Note, places.Find("ResourceLabel", resource.Name), PolicyAdviceCode.UnusedResourceLabel, $"no label but the host's may use resources labelled {Quote.Name(resource.Name)}");
        }
    }

    private void Unlabeled()
    {
        var unlabeled = policy.FindVmLabel(SpecialLabels.Unlabeled);
        foreach (var set in unlabeled is null ? [] : policy.ConflictSets.Where(set => !set.Types.Intersect(unlabeled.ChWallTypes, StringComparer.Ordinal).Any()))
        {
            Say(Warning, places.Find("Conflict", AcmPlaces.KeyOf(set)), PolicyAdviceCode.UnlabeledOutsideConflictSet, $"{SpecialLabels.Unlabeled} has no type of conflict set {Quote.Name(set.Name)}: a machine without a label may run beside each of its types");
        }

        // The compiled tables have one row for machines and resources without a label, and it is the machines'.
        if (policy.FindResourceLabel(SpecialLabels.Unlabeled) is { } resource && !(unlabeled?.SteTypes ?? []).SequenceEqual([resource.SteType], StringComparer.Ordinal))
        {
            Say(Warning, places.Find("ResourceLabel", resource.Name), PolicyAdviceCode.UnlabeledResourceDiffers, $"resource label {SpecialLabels.Unlabeled} has type {Quote.Name(resource.SteType)}, but a hypervisor gives resources without a label the types of the VM label {SpecialLabels.Unlabeled}");
        }
    }

    private void Whole()
    {
        if (policy.From is { } from && from.Name == policy.Name && from.Version >= policy.Version)
        {
            Say(Warning, places.Find("FromPolicy", ""), PolicyAdviceCode.VersionNotUp, $"it replaces version {from.Version} of itself and is version {policy.Version}; versions only go up");
        }

        if (AcmBinary.Compile(policy, []).Encode().Length is var length and > AcmBinary.MaxBytesOfXend)
        {
            Say(Note, null, PolicyAdviceCode.TooLargeForXend, $"its binary form has {length} bytes, and xend reads {AcmBinary.MaxBytesOfXend}");
        }
    }

    private void Say(PolicyAdviceSeverity severity, AcmElement? at, PolicyAdviceCode code, string message)
    {
        if (_advice.Count < AcmLimits.MaxAdvice)
        {
            _advice.Add(new(severity, at?.Line ?? 0, at?.Column ?? 0, code, places.FileOf(at) + message));
        }
    }
}
