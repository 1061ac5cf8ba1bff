using Shype.Attest.Isolation.Guarantees.Inputs;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G4: the policy that is judged here is the one that was measured last, and what the hypervisor holds was made from it.</summary>
public static class ActivePolicy
{
    /// <summary>The guarantee for the policy in force.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence.Policies is not { Policies: [.., var last] } trail)
        {
            return Guarantee.Unknown("G4", "no record measures a policy");
        }

        if (Refutation(evidence, trail, last) is { } refuted)
        {
            return Guarantee.Violated("G4", $"Record {last.Record} {refuted}.", new($"record {last.Record} {refuted}", [], [last.Record]));
        }

        return (Missing(trail, last) ?? evidence.History?.Doubt) is { } missing
            ? Guarantee.Unknown("G4", missing)
            : Guarantee.Holds("G4", evidence, last.Enforcing
                ? $"Policy {evidence.Policy} was measured (record {last.Record}), and the hypervisor holds its binary form."
                : $"Policy {evidence.Policy} was measured (record {last.Record}); no hypervisor holds it, and who keeps it reads the text.");
    }

    private static string? Refutation(IsolationEvidence evidence, PolicyTrail trail, MeasuredPolicy last) =>
        last.Canonical is { } canonical && canonical != DigestText.Of(evidence.Policy) ? $"measured another policy than {evidence.Policy}"
        : last is { Enforcing: true, Active: { } active } && !trail.Compiled.IsEmpty && !trail.Compiled.Contains(active) ? $"shows that the hypervisor holds other tables than {evidence.Policy} compiles to"
        : null;

    // Another file may mean the same: only the digest of the meaning refutes, while that of the file can confirm.
    private static string? Missing(PolicyTrail trail, MeasuredPolicy last) =>
        last.Canonical is null && (last.Source is null || last.Source != trail.File) ? $"record {last.Record} has no canonicalDigest, and no sourceDigest that is this file's"
        : !last.Enforcing ? null
        : last.Active is null ? $"record {last.Record} has no activeDigest: nothing shows what the hypervisor holds"
        : trail.Compiled.IsEmpty ? "the binary form that the policy's file compiles to was not given"
        : null;
}
