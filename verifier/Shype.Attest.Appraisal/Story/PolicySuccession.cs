using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Appraisal.Story;

/// <summary>A policy that takes the place of another while VMs run: what speaks against it, and the labels that the VMs have under it (isolation 2.4).</summary>
internal static class PolicySuccession
{
    /// <summary>The findings against the change; none where sHype itself would have made it.</summary>
    public static IEnumerable<Finding> Refuse(PolicyChangeDecision decision, AcmPolicy before, AcmPolicy next, ulong record) => decision.Problems
        // One name: the versions that were seen say it, with both numbers.
        .Where(problem => problem.Code != PolicyChangeProblemCode.VersionNotUp || before.Name != next.Name)
        .Select(problem => new Finding(FindingCode.PolicyChangeRefused, "policy", record, before.ToString(), next.ToString(), problem.Sentence));

    /// <summary>The VM with the labels that it, and what it uses, have in a state.</summary>
    public static RunningImage Under(EnforcementState state, RunningImage image)
    {
        if (state.Find(image.Start.Uuid) is not { } vm)
        {
            return image;
        }

        var held = state.AttachedTo(vm.Uuid);
        return image.Start.Label == vm.Label && held.IsEmpty ? image : new(
            image.Record,
            image.Start with { Label = vm.Label },
            [.. image.Attached.Select(resource => held.FirstOrDefault(now => now.Kind == resource.Kind && now.Name == resource.Name) is { } now
                ? resource with { Label = now.Label }
                : resource)]);
    }

    /// <summary>Whether two policies say the same.</summary>
    public static bool IsSame(AcmPolicy left, AcmPolicy right) => left == right || left.CanonicalDigest.AsSpan().SequenceEqual(right.CanonicalDigest.AsSpan());
}
