using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Guarantees.Inputs;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G5: the policy is that of the boot, or each one after it was made to follow the one before, went up in version, and was let in by somebody entitled to it.</summary>
public static class PolicyChain
{
    /// <summary>The guarantee for the whole boot.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence.Policies is not { Policies: [var first, ..] } trail)
        {
            return Guarantee.Unknown("G5", "no record measures a policy");
        }

        string? missing = null;
        var changes = 0;
        foreach (var (before, now) in trail.Policies.Zip(trail.Policies.Skip(1)))
        {
            if (!now.IsChange && IsSame(before, now))
            {
                continue; // Measured again, as when an agent goes on with a log.
            }

            changes++;
            if (Refutation(trail, before, now) is { } refuted)
            {
                return Guarantee.Violated("G5", $"Record {now.Record}: {refuted}.", new(refuted, [], [before.Record, now.Record]));
            }

            missing ??= Missing(trail, before, now);
        }

        if (changes == 0 && trail.SequenceNumber is { } number and not 1 && first.Module == Flask)
        {
            var what = $"FLASK's sequence number is {number}: a policy was loaded or a boolean switched since boot, and no record says so";
            return Guarantee.Violated("G5", $"{what}.", new(what, [], [first.Record]));
        }

        missing ??= trail.Gap;
        missing ??= evidence.History is { } history ? OfHistory(evidence, history) : IsolationEvidence.NoLog;
        missing ??= first.Module == Flask && trail.SequenceNumber is null ? "no record tells FLASK's sequence number, which every load and every switch of a boolean raises" : null;
        return missing is not null
            ? Guarantee.Unknown("G5", missing)
            : Guarantee.Holds("G5", evidence, changes == 0
                ? $"Policy {evidence.Policy} has been in force since boot."
                : $"Each of the {changes} changes of policy since boot was made for it, and authorised.");
    }

    // A history under one policy has a gap wherever another one was measured; here that is no gap.
    private static string? OfHistory(IsolationEvidence evidence, IsolationHistory history) =>
        history.PolicyChangedAt is not null && evidence.Log is { BeginsAtBoot: true, Broken: null, Gaps.IsEmpty: true } ? null : history.Doubt;

    private static string? Refutation(PolicyTrail trail, MeasuredPolicy before, MeasuredPolicy now)
    {
        if (!now.IsChange)
        {
            return $"the policy is another than that of record {before.Record}, and no record says that it was changed";
        }

        if (now.Previous is { } previous ? previous != before.Active && previous != before.Canonical && previous != before.Source : before.Active is not null)
        {
            return $"it took the place of another policy than that of record {before.Record}";
        }

        if (now.Module != before.Module || (before.Enforcing && !now.Enforcing))
        {
            return $"{(now.Enforcing ? "" : "unenforced ")}{Quote.Name(now.Module)} took the place of {(before.Enforcing ? "" : "unenforced ")}{Quote.Name(before.Module)}";
        }

        return (TextOf(trail, before), TextOf(trail, now)) is ({ } old, { } next) && PolicySuccession.Problems(old, next).FirstOrDefault() is { } problem ? problem.Sentence
            : trail.Authorised is { } authorised && now.Canonical is { } canonical && !authorised.Contains(canonical) ? "nobody entitled to it let this policy in"
            : null;
    }

    private static string? Missing(PolicyTrail trail, MeasuredPolicy before, MeasuredPolicy now) =>
        TextOf(trail, before) is null ? $"the text of the policy that record {before.Record} measured is missing"
        : TextOf(trail, now) is null ? $"the text of the policy that record {now.Record} measured is missing"
        : trail.Authorised is null ? $"nobody says which policies were allowed to come into force at record {now.Record}: no list of authorised policies was given"
        : null;

    private static AcmPolicy? TextOf(PolicyTrail trail, MeasuredPolicy measured) => measured.Canonical is { } digest ? trail.Texts.GetValueOrDefault(digest) : null;

    private static bool IsSame(MeasuredPolicy left, MeasuredPolicy right) =>
        (left.Module, left.Enforcing, left.Active, left.Source, left.Canonical) == (right.Module, right.Enforcing, right.Active, right.Source, right.Canonical);

    private const string Flask = "flask";
}
