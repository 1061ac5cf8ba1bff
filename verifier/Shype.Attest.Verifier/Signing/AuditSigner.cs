using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Audit;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Signing;

/// <summary>
/// The keys that heads of the audit are signed with, apart from those of results: an audit is checked years later, so none of them is ever taken
/// out of the published set. The newest signs.
/// </summary>
internal sealed class AuditSigner : IDisposable
{
    private readonly List<RingKey> _keys;
    private readonly string _issuer;

    /// <summary>Loads the keys, or makes the first one.</summary>
    public AuditSigner(StateFolder state, VerifierOptions options, TimeProvider clock)
    {
        var folder = state.Folder("audit-keys");
        if (SigningKeyFile.In(folder).Count == 0)
        {
            SigningKeyFile.Create(folder, clock.GetUtcNow());
        }

        _issuer = options.Issuer;
        _keys = [.. SigningKeyFile.In(folder).Select(SigningKeyFile.Read)];
        Published = new JsonWebKeySet { Keys = [.. _keys.Select(key => key.PublicKey)] };
    }

    /// <summary>The public keys.</summary>
    public JsonWebKeySet Published { get; }

    /// <summary>Signs where the audit stands.</summary>
    public string Sign(Store.AuditTop top, DateTimeOffset now, bool end = false)
    {
        var head = new AuditHead
        {
            Iss = _issuer, Iat = now.ToUnixTimeSeconds(), Number = top.Number, Hash = Convert.ToHexStringLower(top.Hash), KeyedUntil = top.KeyedUntil, End = end,
        };
        return head.Sign(_keys[^1].Key, _keys[^1].PublicKey.KeyId!);
    }

    /// <inheritdoc/>
    public void Dispose() => _keys.ForEach(key => key.Key.Dispose());
}
