using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Audit;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Signing;

/// <summary>
/// Signs heads of the audit, with keys apart from those of results: an audit is checked years later, so none of them is ever taken out of the
/// published set.
/// </summary>
internal sealed class AuditSigner(KeyRing ring, VerifierOptions options)
{
    /// <summary>The public keys.</summary>
    public JsonWebKeySet Published => ring.Published(KeyPurposes.Audit);

    /// <summary>Signs where the audit stands.</summary>
    public string Sign(Store.AuditTop top, DateTimeOffset now, bool end = false)
    {
        var head = new AuditHead
        {
            Iss = options.Issuer, Iat = now.ToUnixTimeSeconds(), Number = top.Number, Hash = Convert.ToHexStringLower(top.Hash), KeyedUntil = top.KeyedUntil, End = end,
        };
        var current = ring.Current(KeyPurposes.Audit);
        return head.Sign(current.Key, current.Stored.Id);
    }
}
