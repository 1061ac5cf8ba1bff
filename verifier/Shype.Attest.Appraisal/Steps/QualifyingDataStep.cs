using System.Security.Cryptography;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>Does the quote answer this challenge, for this host (rule Q4)?</summary>
internal static class QualifyingDataStep
{
    public static bool Check(SignedQuote quote, Evidence evidence, AppraisalContext context, List<Finding> findings)
    {
        // Stock tools put the nonce there as it is; whose key it was is enrolment's word (rule Q4: only as declared).
        var expected = evidence.Origin == EvidenceOrigin.Tools ? evidence.ChallengeNonce.ToArray() : EvidenceBinding.QualifyingData(evidence.ChallengeNonce.Span, context.HostId);
        if (CryptographicOperations.FixedTimeEquals(quote.Attest.ExtraData, expected))
        {
            return true;
        }

        findings.Add(new(FindingCode.NonceMismatch, "quote",
            Expected: Convert.ToHexStringLower(expected), Found: Convert.ToHexStringLower(quote.Attest.ExtraData)));
        return false;
    }
}
