using System.Security.Cryptography;
using System.Text;

namespace Shype.Attest.Protocol;

/// <summary>What the activated secret is used for; the secret itself never travels back.</summary>
public static class EnrolmentProof
{
    /// <summary>HMAC that ties the answer to one enrolment, one attestation key and one endorsement key.</summary>
    /// <param name="secret">What TPM2_ActivateCredential gave.</param>
    /// <param name="enrolmentId">The enrolment that is answered.</param>
    /// <param name="akName">The attestation key's TPM name.</param>
    /// <param name="ekDigest">SHA-256 of the endorsement key's TPM2B_PUBLIC.</param>
    public static byte[] Proof(ReadOnlySpan<byte> secret, string enrolmentId, ReadOnlySpan<byte> akName, ReadOnlySpan<byte> ekDigest)
    {
        ArgumentNullException.ThrowIfNull(enrolmentId);
        var key = Derive(secret, "shype enrolment proof 1");
        var framed = new LengthFramed(stackalloc byte[LengthFramed.UsualSize], "shype enrolment 1");
        framed.Add(enrolmentId);
        framed.Add(akName);
        framed.Add(ekDigest);
        return framed.Hmac(key);
    }

    /// <summary>The bearer token with which the agent speaks for this host from now on.</summary>
    public static string AgentToken(ReadOnlySpan<byte> secret, string hostId)
    {
        ArgumentNullException.ThrowIfNull(hostId);
        return Base64UrlText.Encode(Derive(secret, "shype agent token 1 " + hostId));
    }

    private static byte[] Derive(ReadOnlySpan<byte> secret, string info)
    {
        var key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, [], Encoding.UTF8.GetBytes(info));
        return key;
    }

    /// <summary>
    /// What a TPM must open: made by the verifiers from a key that they share, for one enrolment, one endorsement key, one attestation key and one name, so that none of them
    /// has to keep it. 32 bytes, which fit the smallest hash that an endorsement key may have (SHA-256): TPM 2.0 Part 1, 24.2.
    /// </summary>
    public static byte[] Secret(ReadOnlySpan<byte> key, string enrolmentId, DateTimeOffset expires, ReadOnlySpan<byte> ekDigest, ReadOnlySpan<byte> akName, string hostName)
    {
        var framed = new LengthFramed(stackalloc byte[LengthFramed.UsualSize], "shype enrolment secret 1");
        framed.Add(enrolmentId);
        framed.Add((ulong)expires.ToUnixTimeMilliseconds());
        framed.Add(ekDigest);
        framed.Add(akName);
        framed.Add(hostName);
        return framed.Hmac(key);
    }
}
