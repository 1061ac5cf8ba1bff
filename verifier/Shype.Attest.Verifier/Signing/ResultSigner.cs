using System.Security.Cryptography;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Signing;

/// <summary>Signs results with the key whose time it is.</summary>
internal sealed class ResultSigner(KeyRing ring)
{
    /// <summary>The public keys: of results that are valid, and of the next ones.</summary>
    public JsonWebKeySet Published => ring.Published(KeyPurposes.Results);

    /// <summary>Signs a result.</summary>
    public string Sign(AttestationResult result)
    {
        var current = ring.Current(KeyPurposes.Results);
        return ResultToken.Sign(current.Key, current.Stored.Id, result);
    }

    /// <summary>The key that signs now.</summary>
    public JsonWebKey PublicKey => ring.Current(KeyPurposes.Results).PublicKey!;

    /// <summary>Signs a result with the current key, in a form that somebody asked for.</summary>
    public SignedResult Sign(AttestationResult result, EarForm form)
    {
        var current = ring.Current(KeyPurposes.Results);
        return form.IsCwt
            ? new SignedResult(form, null, ResultCwt.Sign(current.Key, current.Stored.Id, result, form.Profile))
            : new SignedResult(form, ResultToken.Sign(current.Key, current.Stored.Id, result, form.Profile), null);
    }

    /// <summary>Signs and verifies a result that nobody gets; null where that goes well.</summary>
    public string? FindFault(DateTimeOffset now)
    {
        try
        {
            return ResultToken.TryVerify(Sign(Probe(now)), Published, new TokenExpectation { Now = now, Nonce = null }, out _, out var problem) ? null
                : $"the published keys do not verify what the current key signs: {problem.Detail}";
        }
        catch (CryptographicException refused)
        {
            return $"the current key does not sign: {refused.Message}";
        }
    }

    private static AttestationResult Probe(DateTimeOffset now) => new()
    {
        Profile = AttestationResult.VeraisonProfile,
        IssuedAt = now.ToUnixTimeSeconds(),
        Expires = now.ToUnixTimeSeconds() + 1,
        Verifier = new VerifierId { Developer = "probe", Build = "probe" },
        Submods = new Dictionary<string, Submod>(StringComparer.Ordinal) { ["probe"] = new Submod { Status = TrustTier.None } },
    };
}

/// <summary>A signed result: a JWT or a CWT.</summary>
/// <param name="Form">Which form it has.</param>
/// <param name="Text">The JWT.</param>
/// <param name="Binary">The CWT.</param>
internal sealed record SignedResult(EarForm Form, string? Text, byte[]? Binary);
