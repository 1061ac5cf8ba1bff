using System.Globalization;
using Shype.Attest.Appraisal.Bundles;

namespace Shype.Attest.Cli.Output;

/// <summary>A bundle that was appraised again, for a person.</summary>
internal sealed class BundleText(Report report)
{
    private readonly Page _page = new(report);

    /// <summary>What was checked, what differs, and the verdict.</summary>
    public void Write(OpenBundle bundle, BundleCheck check, string origin, EndorsementReport endorsement)
    {
        var context = bundle.Parts.Context;
        _page.Line(0, ("bundle of ", null), (context.HostName, Styles.Strong), ($", appraised as of {Page.Moment(context.At)}; it says nothing about today", null));
        _page.Line(2, $"logs: {Count(context.KnownRecords, "record")} known before, replayed from the first{(bundle.Parts.ImaLog is { } ima ? $", and {Count((ulong)ima.Length, "byte")} of the list of files" : "")}; evidence of {bundle.Parts.Evidence.Length} bytes");
        _page.Line(2, $"rules: {bundle.Rules.PolicyId}; group {context.Group}");
        _page.Line(2, References(bundle));
        _page.Line(2, ($"endorsement key: {endorsement.Text}", endorsement.Trusted switch { true => Styles.Good, false => Styles.Bad, _ => Styles.Strong }));
        _page.Line(2, check.SignatureProblem is null
            ? ($"signature: holds, key {bundle.Claimed.KeyId ?? "(the only one)"} of {origin}", Styles.Good)
            : ($"signature: REFUSED: {check.SignatureProblem.Detail}", Styles.Bad));
        _page.Line(2, check.Differences.Count == 0
            ? ($"answer: the same as the signed result's, {Count((ulong)check.Compared, "value")} compared", Styles.Good)
            : ($"answer: ANOTHER one than the signed result's in {check.Differences.Count} of {Count((ulong)check.Compared, "value")}", Styles.Bad));
        foreach (var difference in check.Differences.Take(MaxDifferences))
        {
            _page.Line(4, $"{difference.Path}: signed {difference.Claimed ?? "nothing"}, found here {difference.Found ?? "nothing"}");
        }

        if (check.Differences.Count > MaxDifferences)
        {
            _page.Line(4, $"and {check.Differences.Count - MaxDifferences} more; --json lists all");
        }

        _page.Gap();
        new VerdictText(report).Write(check.Result, check.IsConfirmed ? "the same answer as the signed one" : "NOT CONFIRMED", check.IsConfirmed);
    }

    private static string References(OpenBundle bundle)
    {
        var held = bundle.Parts.SignedReferences;
        return $"references: the operators' own, version {bundle.Parts.Context.ReferencesVersion.ToString(CultureInfo.InvariantCulture)}"
            + (held.Count == 0 ? "" : $", and {Count((ulong)held.Count, "signed bundle")} of {string.Join(", ", held.Select(one => one.Signer).Distinct())}, opened again");
    }

    private static string Count(ulong count, string noun) => $"{count.ToString(CultureInfo.InvariantCulture)} {noun}{(count == 1 ? "" : "s")}";

    private const int MaxDifferences = 20;
}
