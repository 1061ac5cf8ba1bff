using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>Is the attestation key one that signs nothing but what the TPM itself made, and that no other place has (rule K1)?</summary>
internal static class AkStep
{
    public static PublicArea? Read(byte[] bytes, List<Finding> findings)
    {
        if (EnrolmentAppraiser.ReadPublic(bytes, FindingCode.AkMalformed, Subject, findings) is not { } ak)
        {
            return null;
        }

        var missing = Demanded & ~ak.Attributes;
        var forbidden = ak.Attributes & ObjectAttributes.Decrypt;
        if (missing != 0 || forbidden != 0)
        {
            findings.Add(new(FindingCode.AkAttributesRefused, Subject, Expected: Demanded.ToString(), Found: ak.Attributes.ToString(),
                Detail: missing != 0 ? $"it lacks {missing}" : $"it has {forbidden}"));
        }

        CheckScheme(ak, findings);
        if (VerificationKey.TryCreate(ak, out var key, out var problem))
        {
            key.Dispose();
        }
        else
        {
            findings.Add(new(FindingCode.AkMalformed, Subject, Detail: problem.Problem));
        }

        return ak;
    }

    private static void CheckScheme(PublicArea ak, List<Finding> findings)
    {
        var scheme = ak.Parameters switch
        {
            RsaParameters rsa => rsa.Scheme,
            EccParameters ecc => ecc.Scheme,
            _ => AsymmetricScheme.None,
        };
        if (!IsStrong(ak.NameAlgorithm))
        {
            findings.Add(new(FindingCode.AkSchemeRefused, Subject, Found: ak.NameAlgorithm.ToText(), Detail: $"its name is made with {ak.NameAlgorithm.ToText()}"));
        }

        if (scheme.Scheme is not (AlgorithmId.RsaSsa or AlgorithmId.RsaPss or AlgorithmId.Ecdsa))
        {
            findings.Add(new(FindingCode.AkSchemeRefused, Subject, Found: scheme.Scheme.ToString(), Detail: $"its scheme is {scheme.Scheme}"));
        }
        else if (!IsStrong(scheme.Hash))
        {
            findings.Add(new(FindingCode.AkSchemeRefused, Subject, Found: scheme.Hash.ToText(), Detail: $"it signs with {scheme.Hash.ToText()}"));
        }
    }

    private static bool IsStrong(AlgorithmId hash) => hash is AlgorithmId.Sha256 or AlgorithmId.Sha384 or AlgorithmId.Sha512;

    private const ObjectAttributes Demanded = ObjectAttributes.FixedTpm | ObjectAttributes.FixedParent | ObjectAttributes.SensitiveDataOrigin
        | ObjectAttributes.Restricted | ObjectAttributes.Sign;

    private const string Subject = "attestation key";
}
