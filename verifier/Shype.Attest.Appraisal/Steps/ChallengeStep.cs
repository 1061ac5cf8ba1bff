using System.Security.Cryptography;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>Is the challenge that is answered one of ours, for this host, and not too old?</summary>
internal static class ChallengeStep
{
    public static bool Check(Evidence evidence, AppraisalContext context, List<Finding> findings)
    {
        if (context.ExpectedNonce is { } expected && !CryptographicOperations.FixedTimeEquals(evidence.ChallengeNonce.Span, expected.Span))
        {
            findings.Add(new(FindingCode.ChallengeNotOurs, "challenge"));
            return false;
        }

        switch (context.NonceProblem)
        {
            case ChallengeNonceProblem.None:
                return true;
            case ChallengeNonceProblem.Expired:
                findings.Add(new(FindingCode.ChallengeExpired, "challenge",
                    Expected: $"{ChallengeNonce.ExpiresAt(evidence.ChallengeNonce.Span):yyyy-MM-dd HH:mm:ss}Z", Found: $"{context.Now.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z"));
                return false;
            default:
                findings.Add(new(FindingCode.ChallengeNotOurs, "challenge"));
                return false;
        }
    }
}
