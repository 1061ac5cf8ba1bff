using Shype.Attest.Appraisal.References;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>Is the hypervisor, with its command line and everything loaded beside it, one of the references (threat row V18)?</summary>
internal static class HypervisorStep
{
    public static void Check(BootStory story, AppraisalContext context, List<Finding> findings)
    {
        if (story.Hypervisor is not { } measured)
        {
            findings.Add(new(FindingCode.HypervisorMissing, "hypervisor"));
            return;
        }

        CheckVersion(measured, context.Rules, findings);
        findings.AddRange(CheckReferences(measured, context.References));
    }

    private static List<Finding> CheckReferences(Recorded<HypervisorContent> measured, ReferenceSet references)
    {
        // Of several alternatives the one that comes closest tells what is wrong.
        var nearest = references.Hypervisors.Select(reference => Compare(measured, reference)).MinBy(problems => problems.Count)
            ?? [new(FindingCode.HypervisorUnknown, "hypervisor", measured.Record, Found: measured.Value.ImageDigest.ToString(), Detail: "there are none")];
        return nearest.Count > 0 && references.Lapsed.FirstOrDefault(bundle => bundle.Set.Hypervisors.Any(reference => Compare(measured, reference).Count == 0)) is { } lapsed
            ? [lapsed.Finding("hypervisor", measured.Record, measured.Value.ImageDigest.ToString())]
            : nearest;
    }

    private static void CheckVersion(Recorded<HypervisorContent> measured, AppraisalRules rules, List<Finding> findings)
    {
        var (kind, version) = (measured.Value.Kind, measured.Value.Version);
        if (rules.Hypervisors.Count > 0 && !rules.Hypervisors.Any(range => range.Contains(kind, version)))
        {
            findings.Add(new(FindingCode.HypervisorVersionRefused, "hypervisor", measured.Record, string.Join(" or ", rules.Hypervisors), $"{kind} {version}".TrimEnd()));
        }
    }

    private static List<Finding> Compare(Recorded<HypervisorContent> measured, HypervisorReference reference)
    {
        var (hypervisor, problems) = (measured.Value, new List<Finding>());
        Demand("kind", reference.Kind, hypervisor.Kind);
        Demand("image", reference.Image.ToString(), hypervisor.ImageDigest.ToString());
        Demand("build id", reference.BuildId ?? hypervisor.BuildId, hypervisor.BuildId);
        Demand("number of modules", $"{reference.Modules.Count}", $"{hypervisor.Modules.Count}");
        DemandLine(reference.CommandLine, hypervisor.CommandLine, "hypervisor");
        foreach (var (wanted, module) in reference.Modules.Zip(hypervisor.Modules))
        {
            Demand($"module {wanted.Name}", $"{wanted.Name} {wanted.Digest}", $"{module.Name} {module.Digest}");
            DemandLine(wanted.CommandLine, module.CommandLine, $"module {wanted.Name}");
        }

        return problems;

        void Demand(string what, string? expected, string? found)
        {
            if (expected != found)
            {
                problems.Add(new(FindingCode.HypervisorUnknown, "hypervisor", measured.Record, expected, found, $"its {what} is not that of '{reference.Name}'"));
            }
        }

        void DemandLine(string expected, string found, string subject)
        {
            if (expected != found)
            {
                problems.Add(new(FindingCode.HypervisorCommandLineUnknown, subject, measured.Record, expected, found));
            }
        }
    }
}
