namespace Shype.Attest.Appraisal.Steps;

/// <summary>Does the host's group take an endorsement key that an administrator pinned, with no vendor behind it (rule K2)?</summary>
internal static class EndorsementStep
{
    public static void Check(AppraisalContext context, List<Finding> findings)
    {
        if (context.Rules.RequireEkCertificate && context.EnrolmentFindings.Any(finding => finding.Code == FindingCode.EkUncertified))
        {
            findings.Add(new(FindingCode.EkCertificateMissing, "tpm"));
        }
    }
}
