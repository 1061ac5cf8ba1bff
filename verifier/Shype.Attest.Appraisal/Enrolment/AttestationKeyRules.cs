using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>Rule K1: what a key must be so that it signs nothing but what its TPM made.</summary>
public static class AttestationKeyRules
{
    /// <summary>Everything that is wrong with the key's public area, whether or not its numbers can be used.</summary>
    public static IEnumerable<Finding> Check(PublicArea key, string subject)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (AttributeProblem(key.Attributes) is { } attributes)
        {
            yield return new Finding(FindingCode.AkAttributesRefused, subject, Detail: attributes);
        }

        if (SchemeProblem(key) is { } scheme)
        {
            yield return new Finding(FindingCode.AkSchemeRefused, subject, Detail: scheme);
        }
    }

    private static string? AttributeProblem(ObjectAttributes attributes)
    {
        var missing = Needed & ~attributes;
        var problems = Names(missing).Select(name => $"{name} is clear")
            .Concat(Names(attributes & ObjectAttributes.Decrypt).Select(name => $"{name} is set"))
            .ToArray();
        return problems.Length == 0 ? null : string.Join(", ", problems);
    }

    private static string? SchemeProblem(PublicArea key)
    {
        var scheme = key.Parameters switch
        {
            RsaParameters rsa => rsa.Scheme,
            EccParameters ecc => ecc.Scheme,
            _ => null,
        };
        return scheme switch
        {
            null => "a key of this type does not sign in public",
            { Scheme: not (AlgorithmId.RsaSsa or AlgorithmId.RsaPss or AlgorithmId.Ecdsa) } => "it is bound to no scheme, or to one that is unknown here",
            _ when !IsStrong(scheme.Hash) => $"its hash is {scheme.Hash.ToText()}",
            _ when !IsStrong(key.NameAlgorithm) => $"its name is made with {key.NameAlgorithm.ToText()}",
            _ => null,
        };
    }

    private static bool IsStrong(AlgorithmId hash) => hash is AlgorithmId.Sha256 or AlgorithmId.Sha384 or AlgorithmId.Sha512
        or AlgorithmId.Sha3_256 or AlgorithmId.Sha3_384 or AlgorithmId.Sha3_512;

    // The names of TPM 2.0 Part 2, 8.3.2.
    private static IEnumerable<string> Names(ObjectAttributes attributes)
    {
        foreach (var (flag, name) in Named)
        {
            if (attributes.HasFlag(flag))
            {
                yield return name;
            }
        }
    }

    private static readonly (ObjectAttributes Flag, string Name)[] Named =
    [
        (ObjectAttributes.FixedTpm, "fixedTPM"),
        (ObjectAttributes.FixedParent, "fixedParent"),
        (ObjectAttributes.SensitiveDataOrigin, "sensitiveDataOrigin"),
        (ObjectAttributes.Restricted, "restricted"),
        (ObjectAttributes.Sign, "sign"),
        (ObjectAttributes.Decrypt, "decrypt"),
    ];

    private const ObjectAttributes Needed = ObjectAttributes.FixedTpm | ObjectAttributes.FixedParent | ObjectAttributes.SensitiveDataOrigin
        | ObjectAttributes.Restricted | ObjectAttributes.Sign;
}
