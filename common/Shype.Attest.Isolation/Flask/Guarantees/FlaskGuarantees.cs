using Shype.Attest.Isolation.Guarantees;

namespace Shype.Attest.Isolation.Flask.Guarantees;

/// <summary>The guarantees that have a number, over a binary policy for Xen, as far as FLASK has a notion of them.</summary>
public static class FlaskGuarantees
{
    /// <summary>The answer to one.</summary>
    public static Guarantee Prove(FlaskEvidence evidence, string id)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return id switch
        {
            "G3" => EnforcingModule.Prove(evidence.Module, evidence.History?.Doubt, evidence.Keeper),
            "G4" => Active(evidence),
            "G5" => Unchanged(evidence, id),
            "G7" => Guarantee.Holds(id, evidence.Keeper, "The policy's binary form keeps every rule of its format."),
            "G9" => Labels(evidence),
            "G8" or "G10" => Guarantee.Unknown(id, "FLASK has no conflict sets"),
            "G12" or "G13" => Guarantee.Unknown(id, "a FLASK policy does not say which domains must be kept apart: demand it (no-flow)"),
            "G14" => Guarantee.Unknown(id, "what got where over time is followed under an sHype policy only; the demand no-flow speaks of what runs now"),
            "G15" => Guarantee.Unknown(id, "under FLASK every domain may pass on what reaches it: demand no-flow, with the domains that are trusted not to"),
            "G18" => Guarantee.Unknown(id, "FLASK does not say which domain is the host's"),
            _ => GuaranteeProof.Ids.Contains(id)
                ? Guarantee.Unknown(id, "it is judged by the log under an sHype policy only")
                : throw new ArgumentException($"there is no guarantee '{id}'", nameof(id)),
        };
    }

    internal static Guarantee Unchanged(FlaskEvidence evidence, string id)
    {
        if (evidence.Policies is not [var first, .. var later])
        {
            return Guarantee.Unknown(id, "no record measures a policy");
        }

        return later.FirstOrDefault(policy => policy.IsChange || policy.Active != first.Active || policy.Module != first.Module || policy.Enforcing != first.Enforcing) is { } change
            ? Guarantee.Violated(id, $"Record {change.Record} changed the policy.", new("the policy was changed", [], [change.Record]))
            : Guarantee.Unknown(id, evidence.History?.Doubt ?? "no record tells FLASK's sequence number, which every load and every switch of a boolean raises");
    }

    private static Guarantee Active(FlaskEvidence evidence)
    {
        if (evidence.Policies is not [.., var last])
        {
            return Guarantee.Unknown("G4", "no record measures a policy");
        }

        if (last.Module != "flask" || (last.Active is { } active && evidence.File is { } file && active != file))
        {
            return Guarantee.Violated("G4", $"Record {last.Record} measured another policy than this file.", new("another policy was measured", [], [last.Record]));
        }

        return last.Active is null || evidence.File is null ? Guarantee.Unknown("G4", $"record {last.Record} has no activeDigest")
            : evidence.Policy.Booleans.IsEmpty && evidence.History is { Doubt: null } ? Guarantee.Holds("G4", evidence.Keeper, $"The policy was measured (record {last.Record}), and has no booleans.")
            : Guarantee.Unknown("G4", evidence.History?.Doubt ?? $"no record tells the values of the policy's {evidence.Policy.Booleans.Length} booleans");
    }

    private static Guarantee Labels(FlaskEvidence evidence)
    {
        if (evidence.History is not { } history)
        {
            return Guarantee.Unknown("G9", IsolationEvidence.NoLog);
        }

        if (history.Running.FirstOrDefault(vm => !evidence.Policy.IsMls && !evidence.Policy.TryFindContext(vm.EffectiveLabel, out _)) is { } stranger)
        {
            var what = $"{Quote.Visible(stranger.Name)} runs under {Quote.Name(stranger.EffectiveLabel)}, which is no context that the policy admits";
            return Guarantee.Violated("G9", $"{what}.", new(what, [stranger.EffectiveLabel], []));
        }

        return (evidence.Policy.IsMls ? "contexts of a policy with levels are not judged" : history.Doubt) is { } missing
            ? Guarantee.Unknown("G9", missing)
            : Guarantee.Holds("G9", evidence.Keeper, $"Each of the {history.Running.Length} running VMs has a context that the policy admits.");
    }
}
