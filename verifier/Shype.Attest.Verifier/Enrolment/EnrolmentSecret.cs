using System.Security.Cryptography;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Enrolment;

/// <summary>
/// What TPMs must open to prove their keys. It follows from a key that the verifiers share and is never kept: whoever reads the store learns nothing, and whoever
/// changes a row there gets another secret than the one that the TPM was given.
/// </summary>
/// <param name="keys">The keys that verifiers share: the current one, then those just rotated out.</param>
internal sealed class EnrolmentSecret(Func<IReadOnlyList<byte[]>> keys)
{
    /// <summary>The secret of an enrolment that begins.</summary>
    public byte[] Of(PendingEnrolment pending, EnrolmentAppraisal appraisal) => Of(keys()[0], pending, appraisal);

    /// <summary>The secret that a proof shows to have been opened; null where it shows none.</summary>
    public byte[]? Proven(PendingEnrolment pending, EnrolmentAppraisal appraisal, byte[] proof)
    {
        byte[]? proven = null;
        foreach (var key in keys())
        {
            var secret = Of(key, pending, appraisal);
            var expected = EnrolmentProof.Proof(secret, pending.Id, appraisal.AkName!.Bytes.Span, appraisal.EkDigest);
            proven = CryptographicOperations.FixedTimeEquals(expected, proof) ? secret : proven;
        }

        return proven;
    }

    private static byte[] Of(byte[] key, PendingEnrolment pending, EnrolmentAppraisal appraisal) =>
        EnrolmentProof.Secret(key, pending.Id, pending.Expires, appraisal.EkDigest, appraisal.AkName!.Bytes.Span, pending.Request.HostName);
}
