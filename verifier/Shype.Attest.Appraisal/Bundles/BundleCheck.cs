using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.Bundles;

/// <summary>What came of appraising a bundle again.</summary>
/// <param name="Appraisal">The appraisal that was made here.</param>
/// <param name="Result">It as a result.</param>
/// <param name="SignatureProblem">What is wrong with the signed result; null where its signature and frame hold under the keys that were used.</param>
/// <param name="Compared">Values that were compared.</param>
/// <param name="Differences">Claims of the signed result that the appraisal here does not make, or makes otherwise.</param>
public sealed record BundleCheck(
    Appraisal Appraisal, AttestationResult Result, TokenProblem? SignatureProblem, int Compared, IReadOnlyList<ClaimDifference> Differences)
{
    /// <summary>Whether the signed result holds and the appraisal here says exactly the same.</summary>
    public bool IsConfirmed => SignatureProblem is null && Differences.Count == 0;

    /// <summary>Whether it is confirmed, and a yes for the host and every VM in it.</summary>
    public bool IsAffirming => IsConfirmed && Result.Status == TrustTier.Affirming;

    /// <summary>Appraises a bundle again and holds the answer against its signed result, under these keys.</summary>
    public static BundleCheck Of(OpenBundle bundle, JsonWebKeySet keys)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var appraisal = bundle.Appraise();
        var result = bundle.ToResult(appraisal);
        var claimed = bundle.Claimed.Result;
        var expected = new TokenExpectation
        {
            // Of its own time: that it has expired since is what an archive is for.
            Now = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(claimed.IssuedAt, 0, LatestSecond)),
            Nonce = bundle.Evidence.ChallengeNonce.ToArray(),
            Audience = claimed.Audience,
        };
        var problem = ResultToken.TryVerify(bundle.Parts.Result, keys, expected, out _, out var refused) ? null : refused;
        var (compared, differences) = ClaimDifference.Find(bundle.Claimed.Payload, result.Write());
        return new(appraisal, result, problem, compared, differences);
    }

    private const long LatestSecond = 253_402_300_799;
}
