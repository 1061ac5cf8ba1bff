using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;

namespace Shype.Attest.Protocol.Audit;

/// <summary>What a verifier signs about its audit: up to this record, this is all that there is. Whoever keeps one finds every later change of what was before it.</summary>
public sealed record AuditHead
{
    /// <summary>The header's <c>typ</c>, by which a head is never taken for a result.</summary>
    public const string Type = "shype-audit-head+jwt";

    /// <summary>Who signed: the verifier's issuer.</summary>
    public required string Iss { get; init; }

    /// <summary>When, in seconds since 1970 (RFC 7519 4.1.6).</summary>
    public required long Iat { get; init; }

    /// <summary>The last record; 0 where there is none.</summary>
    public required long Number { get; init; }

    /// <summary>The chain's value after it, in hex.</summary>
    public required string Hash { get; init; }

    /// <summary>Up to this record hashes were made under a secret key: their order and number can be checked by others, their words by the verifier only.</summary>
    public long KeyedUntil { get; init; }

    /// <summary>Whether it closes an export, so that nobody shortens one to an earlier head.</summary>
    public bool End { get; init; }

    /// <summary>Signs it.</summary>
    public string Sign(ECDsa key, string keyId)
    {
        ArgumentNullException.ThrowIfNull(key);
        return CompactJws.Sign(key, keyId, Type, JsonSerializer.SerializeToUtf8Bytes(this, ProtocolJson.Default.AuditHead));
    }

    /// <summary>Reads a head that one of these keys signed.</summary>
    public static bool TryVerify(
        string token, JsonWebKeySet trusted, [NotNullWhen(true)] out AuditHead? head, [NotNullWhen(false)] out TokenProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(trusted);
        head = null;
        problem = CompactJws.TrySplit(token, out var parts) ?? CompactJws.CheckHeader(parts.Header, [Type]) ?? CompactJws.CheckSignature(parts, trusted);
        if (problem is null && !ProtocolJson.TryRead(parts.Payload, ProtocolJson.Default.AuditHead, out head, out var refused))
        {
            problem = new TokenProblem(TokenProblemCode.Malformed, "claims: " + refused);
        }

        return problem is null;
    }
}
