using Shype.Attest.Appraisal;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Enrolment;

/// <summary>Endorsement keys that nobody certified: an operator compares their fingerprint, or does not let the host in.</summary>
internal static class PinnedKeys
{
    /// <summary>Whether a host with these findings takes part only with the fingerprint of its key.</summary>
    public static bool NeedsFingerprint(string findings, VerifierOptions options) =>
        !options.UnsafeAcceptUncertifiedKeys && KeptFindings.Read(findings).Any(finding => finding.Code == FindingCode.EkUncertified);
}
