using System.Security.Cryptography;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Signing;

/// <summary>The only holder of the keys that results are signed with.</summary>
internal sealed class ResultSigner : IDisposable
{
    private readonly string _folder;
    private readonly TimeSpan _lifetime;
    private readonly List<SigningKeyRing> _rings;
    private volatile SigningKeyRing _ring;

    /// <summary>Loads the keys, or makes the first one.</summary>
    public ResultSigner(StateFolder state, VerifierOptions options, TimeProvider clock)
    {
        _folder = state.Folder("signing-keys");
        _lifetime = options.SigningKeyLifetime;
        _ring = SigningKeyRing.Load(_folder, _lifetime, clock.GetUtcNow());
        _rings = [_ring];
    }

    /// <summary>The public keys.</summary>
    public JsonWebKeySet Published => _ring.Published;

    /// <summary>Signs a result with the current key.</summary>
    public string Sign(AttestationResult result)
    {
        var current = _ring.Current;
        return ResultToken.Sign(current.Key, current.PublicKey.KeyId!, result);
    }

    /// <summary>The key that signs now.</summary>
    public JsonWebKey PublicKey => _ring.Current.PublicKey;

    /// <summary>Signs a result with the current key, in a form that somebody asked for.</summary>
    public SignedResult Sign(AttestationResult result, EarForm form)
    {
        var current = _ring.Current;
        return form.IsCwt
            ? new SignedResult(form, null, ResultCwt.Sign(current.Key, current.PublicKey.KeyId!, result, form.Profile))
            : new SignedResult(form, ResultToken.Sign(current.Key, current.PublicKey.KeyId!, result, form.Profile), null);
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

    /// <summary>Takes the next key when its time has come.</summary>
    public void Renew(DateTimeOffset now)
    {
        // The old ring is kept until the end: somebody may be signing with it at this moment, and keys change every few months.
        _rings.Add(_ring = SigningKeyRing.Load(_folder, _lifetime, now));
    }

    /// <inheritdoc/>
    public void Dispose() => _rings.ForEach(ring => ring.Dispose());
}

/// <summary>A signed result: a JWT or a CWT.</summary>
/// <param name="Form">Which form it has.</param>
/// <param name="Text">The JWT.</param>
/// <param name="Binary">The CWT.</param>
internal sealed record SignedResult(EarForm Form, string? Text, byte[]? Binary);
