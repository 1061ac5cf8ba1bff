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
