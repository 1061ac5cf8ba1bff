using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Isolation.Guarantees;

namespace Shype.Attest.Appraisal.Demands;

/// <summary>G11 as a verifier knows it: each event was judged under the policy of its time when its record was proven, so that it need not be kept.</summary>
internal static class KeptSinceBoot
{
    /// <summary>The answer.</summary>
    public static Guarantee Prove(Judgement judgement, GuaranteeStrength keeper)
    {
        var story = judgement.Story;
        if (story.Violation is { } violation)
        {
            return new(Id, GuaranteeVerdict.Violated, GuaranteeStrength.Violated, Sentence(violation.Value)) { Witness = new(violation.Value, [], [violation.Record]) };
        }

        var doubt = story.Judged is null ? "there is no policy to judge them by"
            : story.Unjudged ? "some began while there was no policy to judge them by"
            : story.EarlierPolicies.Any(earlier => judgement.References.FindPolicy(earlier) is null) ? "an earlier policy of this boot is not one of the references"
            : story.Facts.FirstOrDefault(fact => fact.IsFailure) is { } fact ? $"the log shows {fact.Kind.Text}"
            : null;
        return doubt is null
            ? new(Id, GuaranteeVerdict.Holds, keeper, "Every start and attachment since boot was admissible when it happened.")
            : new(Id, GuaranteeVerdict.Unknown, GuaranteeStrength.Unknown, $"Nothing can be said about all starts and attachments since boot: {doubt}.") { Missing = doubt };
    }

    /// <summary>Words as a sentence.</summary>
    public static string Sentence(string words) => char.ToUpperInvariant(words[0]) + words[1..] + (words.EndsWith('.') ? "" : ".");

    /// <summary>Its number.</summary>
    public const string Id = "G11";
}
