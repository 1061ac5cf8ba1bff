using Shype.Attest.Appraisal.References;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Isolation;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>Is the policy in force known, available, readable, enforced, and is the file that was sent really that policy (threat row V10)?</summary>
internal static class PolicyStep
{
    public static void Check(BootStory story, PolicyShelf shelf, MeasuredFlask? flask, AppraisalContext context, List<Finding> findings)
    {
        if (story.Policy is not { } measured)
        {
            findings.Add(new(FindingCode.PolicyMissing, "policy"));
            return;
        }

        var policy = measured.Value;
        var answer = flask is null ? shelf.Find(policy) : new PolicyAnswer(null, flask.Problem, flask.Detail);
        if (answer.Problem is { } problem)
        {
            findings.Add(new(problem, "policy", measured.Record, Expected: DigestOf(policy)?.ToString(), Found: policy.Module, Detail: answer.Detail));
        }

        // What cannot be judged is not approved by its digest either, but says so by its own finding.
        if (policy.Module == PolicyShelf.Module)
        {
            CheckReference(measured, answer, context.References, findings);
        }

        if (flask is { Policy: not null, File: { } file } && context.References.FindFlaskPolicy(file) is null)
        {
            findings.Add(new(FindingCode.PolicyUnknown, "policy", measured.Record, Found: file.ToString(), Detail: "a binary policy for FLASK"));
        }

        if (context.Rules.RequireGate)
        {
            CheckEnforcement(story, measured.Record, context.References, findings);
        }

        if (ModuleInForce.Of(story, context.References) is { } module)
        {
            findings.Add(new(FindingCode.EnforcementModuleRecognised, "hypervisor", story.Hypervisor?.Record, Found: module.Name, Detail: Words(module)));
        }
    }

    private static string Words(EnforcementModule module) =>
        $"{(module.Guarantees.IsEmpty ? "it guarantees nothing" : string.Join("; ", module.Guarantees))}. It does not keep anybody from: {string.Join("; ", module.Leaves)}";

    /// <summary>The file that came with this evidence, whether or not it was needed.</summary>
    public static void CheckSent(BootStory story, PolicyShelf shelf, IReadOnlyList<Finding> judged, List<Finding> findings)
    {
        if (story.Policy is { Value: { Module: PolicyShelf.Module } measured, Record: var record }
            && shelf.MismatchOfSent(measured) is { Problem: { } problem, Detail: var detail }
            && !judged.Any(finding => finding.Code == problem))
        {
            findings.Add(new(problem, "policy", record, Expected: DigestOf(measured)?.ToString(), Detail: detail));
        }
    }

    private static void CheckReference(Recorded<PolicyStateContent> measured, PolicyAnswer answer, ReferenceSet references, List<Finding> findings)
    {
        var digest = measured.Value.CanonicalDigest ?? (answer.Policy is { } policy ? PolicyShelf.CanonicalOf(policy) : default(MeasuredDigest?));
        if (digest is { } canonical && references.FindPolicy(canonical) is not null)
        {
            return;
        }

        if (digest is { } known && references.Lapsed.FirstOrDefault(bundle => bundle.Set.FindPolicy(known) is not null) is { } lapsed)
        {
            findings.Add(lapsed.Finding("policy", measured.Record, known.ToString()));
            return;
        }

        var name = $"{measured.Value.Name} {measured.Value.Version}".Trim();
        findings.Add(new(FindingCode.PolicyUnknown, "policy", measured.Record, Found: digest?.ToString(),
            Detail: name.Length == 0 ? "it has no name" : $"'{name}'"));
    }

    private static void CheckEnforcement(BootStory story, ulong record, ReferenceSet references, List<Finding> findings)
    {
        switch (Enforcers.Of(story, references))
        {
            case Enforcer.UnknownAgent when story.Agent is { } agent
                && references.Lapsed.FirstOrDefault(bundle => bundle.Set.FindAgent(agent.Value.AgentDigest) is not null) is { } lapsed:
                findings.Add(lapsed.Finding("agent", agent.Record, agent.Value.AgentDigest.ToString()));
                break;
            case Enforcer.UnknownAgent:
                findings.Add(new(FindingCode.PolicyNotEnforcing, "policy", record, Found: story.Agent?.Value.AgentDigest.ToString(),
                    Detail: "the agent, whose launch gate would refuse what it forbids, is not one of the references"));
                break;
            case Enforcer.Nobody:
                findings.Add(new(FindingCode.PolicyNotEnforcing, "policy", record, Detail: "neither the hypervisor nor the agent's launch gate refuses what it forbids"));
                break;
        }
    }

    private static MeasuredDigest? DigestOf(PolicyStateContent policy) => policy.CanonicalDigest ?? policy.SourceDigest;
}
