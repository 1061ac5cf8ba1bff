namespace Shype.Attest.Protocol;

/// <summary>How the value of a claim is written in each form.</summary>
internal enum EarKind
{
    /// <summary>The same in all forms; private claims are maps with text keys in CBOR.</summary>
    Plain,

    /// <summary>base64url in JSON, bytes in CBOR.</summary>
    Bytes,

    /// <summary>A word in JSON, a number in CBOR.</summary>
    Status,

    /// <summary>A text in the deployed profile, a list of texts in the other.</summary>
    PolicyId,

    /// <summary>Claims of their own.</summary>
    Nested,

    /// <summary>Claims of their own under free names.</summary>
    Parts,
}

/// <summary>A claim in each form: EAT (RFC 9711 10), draft-ietf-rats-ear 4.</summary>
/// <param name="Name">Its name in JSON, deployed profile.</param>
/// <param name="IetfName">Its name in JSON, profile of the draft.</param>
/// <param name="Key">Its key in CBOR.</param>
/// <param name="Kind">How its value is written.</param>
/// <param name="Shape">The claims inside.</param>
internal sealed record EarMember(string Name, string IetfName, long Key, EarKind Kind = EarKind.Plain, EarShape? Shape = null);

/// <summary>The claims of one level.</summary>
internal sealed class EarShape(params EarMember[] members)
{
    /// <summary>The claims of a result.</summary>
    public static EarShape Result { get; } = Claims();

    public IReadOnlyList<EarMember> Members => members;

    public EarMember? Find(string name, EarProfile profile)
    {
        foreach (var member in members)
        {
            if ((profile == EarProfile.Ietf ? member.IetfName : member.Name) == name)
            {
                return member;
            }
        }

        return null;
    }

    public EarMember? Find(long key)
    {
        foreach (var member in members)
        {
            if (member.Key == key)
            {
                return member;
            }
        }

        return null;
    }

    private static EarShape Claims()
    {
        var vector = new EarShape(
            Same("instance-identity", 0), Same("configuration", 1), Same("executables", 2), Same("file-system", 3),
            Same("hardware", 4), Same("runtime-opaque", 5), Same("storage-opaque", 6), Same("sourced-data", 7));
        var part = new EarShape(
            new("ear.status", "ear_status", 1000, EarKind.Status),
            new("ear.trustworthiness-vector", "ear_trustworthiness_vector", 1001, EarKind.Nested, vector),
            new("ear.appraisal-policy-id", "ear_appraisal_policy_ids", 1003, EarKind.PolicyId),
            Private("findings", 0), Private("guarantees", 1), Private("host", 2), Private("boot", 3), Private("vm", 4));
        return new(
            Same("eat_profile", 265), Same("iat", 6), Same("exp", 4), Same("iss", 1), Same("aud", 3),
            new("eat_nonce", "eat_nonce", 10, EarKind.Bytes),
            new("ear.verifier-id", "ear_verifier_id", 1004, EarKind.Nested, new EarShape(Same("developer", 0), Same("build", 1))),
            new("submods", "submods", 266, EarKind.Parts, part),
            Private("inputs", 5));
    }

    private static EarMember Same(string name, long key) => new(name, name, key);

    // RFC 8392 9.1.1: keys below -65536 are for private use.
    private static EarMember Private(string name, int number) => Same("tag:shype.dev,2026:" + name, FirstPrivateKey - number);

    private const long FirstPrivateKey = -76000;
}
