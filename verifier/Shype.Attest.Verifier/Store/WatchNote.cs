using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

/// <summary>What the watch makes of one verdict.</summary>
/// <param name="State">The state that it gives a host that may speak.</param>
/// <param name="Causes">Codes of findings, or one of <see cref="WatchCauses"/>, separated by blanks.</param>
/// <param name="IsHeard">Whether it is a sign of life: fresh, and signed by the host's key.</param>
/// <param name="IsJudged">Whether there is a verdict; where the verifier failed, nothing gets better by it.</param>
internal sealed record WatchNote(WatchState State, string Causes, bool IsHeard, bool IsJudged)
{
    /// <summary>Of an appraisal; null where the verifier itself failed.</summary>
    public static WatchNote Of(Appraisal.Appraisal? appraisal)
    {
        if (appraisal is null)
        {
            return new WatchNote(WatchState.Degraded, WatchCauses.NotJudged, IsHeard: false, IsJudged: false);
        }

        // Evidence that is no fresh answer under the host's key gives no good state, whatever a policy makes of the findings.
        var state = (appraisal.Host.Status, appraisal.IsFresh) switch
        {
            (TrustTier.Affirming, true) => WatchState.Trusted,
            (TrustTier.Warning or TrustTier.None, true) => WatchState.Degraded,
            _ => WatchState.Failed,
        };
        return new WatchNote(state, CausesOf(appraisal.Host.Findings), appraisal.IsFresh, IsJudged: true);
    }

    private static string CausesOf(IReadOnlyList<Finding> findings)
    {
        // The most important come first.
        var codes = findings.Where(finding => finding.Severity is FindingSeverity.Failure or FindingSeverity.Warning)
            .Select(finding => finding.Kind.Text).Distinct(StringComparer.Ordinal).Take(MaxCauses);
        return string.Join(' ', codes) is { Length: > 0 } text ? text : WatchCauses.Affirmed;
    }

    private const int MaxCauses = 8;
}
