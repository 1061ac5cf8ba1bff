using System.Text.Json;
using Shype.Attest.Appraisal.Bundles;

namespace Shype.Attest.Cli.Output;

/// <summary>A bundle that was appraised again, in JSON.</summary>
/// <param name="Confirmed">Whether the signed result holds and says exactly what was found here.</param>
/// <param name="Status">The verdict that was made here: the worst of host and VMs.</param>
/// <param name="Host">The host's name.</param>
/// <param name="AppraisedAt">The time of the appraisal, which the bundle says.</param>
/// <param name="AppraisalPolicy">The rules that were in force.</param>
/// <param name="Signature">Whether the signed result holds, under which keys.</param>
/// <param name="Endorsement">Who vouches for the TPM.</param>
/// <param name="Compared">Values that were compared.</param>
/// <param name="Differences">Claims that differ.</param>
/// <param name="Claims">The claims as they were found here.</param>
public sealed record BundleReport(
    bool Confirmed, string Status, string Host, DateTimeOffset AppraisedAt, string AppraisalPolicy, BundleSignature Signature, EndorsementReport Endorsement, int Compared,
    IReadOnlyList<ClaimDifference> Differences, JsonElement Claims)
{
    /// <summary>The report of a check.</summary>
    public static BundleReport Of(OpenBundle bundle, BundleCheck check, string origin, EndorsementReport endorsement, JsonElement claims)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(check);
        var context = bundle.Parts.Context;
        return new(check.IsConfirmed, Page.Tier(check.Result.Status), context.HostName, context.At, bundle.Rules.PolicyId,
            new(check.SignatureProblem is null, bundle.Claimed.KeyId, origin, check.SignatureProblem?.Detail), endorsement, check.Compared, check.Differences, claims);
    }
}

/// <summary>The signature of a bundle's result, in JSON.</summary>
/// <param name="Verified">Whether it holds.</param>
/// <param name="KeyId">The key that it names.</param>
/// <param name="Keys">Where the keys came from that it was checked with.</param>
/// <param name="Problem">Why it does not hold.</param>
public sealed record BundleSignature(bool Verified, string? KeyId, string Keys, string? Problem);
