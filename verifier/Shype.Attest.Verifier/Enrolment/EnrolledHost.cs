using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Enrolment;

/// <summary>What a host enrolled with, looked at again.</summary>
internal static class EnrolledHost
{
    /// <summary>What is said about its certificates by a policy, as of the day on which it enrolled: time alone takes nobody's certificate away.</summary>
    public static JudgedHost Judge(StoredRequest stored, EkCertificatePolicy policy)
    {
        var appraisal = EnrolmentAppraiser.Appraise(Read(stored), policy, stored.At);
        return new JudgedHost(stored.HostId, StoredFindings.Write(appraisal.Findings), appraisal.Issuer);
    }

    /// <summary>What its certificates say about its TPM.</summary>
    public static TpmClaims? Describe(StoredRequest stored, EkCertificatePolicy policy) =>
        EnrolmentAppraiser.Appraise(Read(stored), policy, stored.At).Tpm?.ToClaims();

    /// <summary>The certificates that it brought.</summary>
    public static IReadOnlyList<byte[]> CertificatesOf(StoredRequest? stored) => stored is null ? [] : Read(stored).EkCertificates;

    private static EnrolmentRequest Read(StoredRequest stored) => ProtocolJson.TryRead(stored.Request, ProtocolJson.Default.EnrolmentRequest, out var request, out var problem)
        ? request
        : throw new StoreException($"what host {stored.HostId} enrolled with cannot be read: {problem}; restore the database from a backup");
}
