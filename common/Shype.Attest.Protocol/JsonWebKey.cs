using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol;

/// <summary>A public P-256 key as a JSON Web Key (RFC 7517, RFC 7518 6.2).</summary>
public sealed record JsonWebKey
{
    /// <summary>"EC".</summary>
    [JsonPropertyName("kty")]
    public required string KeyType { get; init; }

    /// <summary>"P-256".</summary>
    [JsonPropertyName("crv")]
    public string? Curve { get; init; }

    /// <summary>x of the point, base64url.</summary>
    [JsonPropertyName("x")]
    public string? X { get; init; }

    /// <summary>y of the point, base64url.</summary>
    [JsonPropertyName("y")]
    public string? Y { get; init; }

    /// <summary>"ES256".</summary>
    [JsonPropertyName("alg")]
    public string? Algorithm { get; init; }

    /// <summary>"sig".</summary>
    [JsonPropertyName("use")]
    public string? Use { get; init; }

    /// <summary>The key's id.</summary>
    [JsonPropertyName("kid")]
    public string? KeyId { get; init; }

    /// <summary>The public half of a signing key; the id is its thumbprint.</summary>
    public static JsonWebKey From(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var jwk = new JsonWebKey
        {
            KeyType = "EC",
            Curve = "P-256",
            X = Base64UrlText.Encode(point.X),
            Y = Base64UrlText.Encode(point.Y),
            Algorithm = ResultToken.Algorithm,
            Use = "sig",
        };
        return jwk with { KeyId = jwk.Thumbprint() };
    }

    /// <summary>The key in JSON.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, EarJson.Default.JsonWebKey);

    /// <summary>Reads one key from JSON, e.g. a file that a person was given.</summary>
    public static bool TryRead(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out JsonWebKey? key, [NotNullWhen(false)] out ProtocolProblem? problem) =>
        ProtocolJson.TryRead(utf8, EarJson.Default.JsonWebKey, out key, out problem);

    /// <summary>RFC 7638: SHA-256 over the required members in alphabetical order.</summary>
    public string Thumbprint() =>
        Base64UrlText.Encode(SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"crv":"{{Curve}}","kty":"{{KeyType}}","x":"{{X}}","y":"{{Y}}"}""")));

    /// <summary>The key, if it is one that results may be signed with and a point on its curve.</summary>
    public bool TryImport([NotNullWhen(true)] out ECDsa? key)
    {
        key = null;
        if (KeyType != "EC" || Curve != "P-256" || Algorithm is not (null or ResultToken.Algorithm) || Use is not (null or "sig")
            || !Base64UrlText.TryDecode(X, out var x) || !Base64UrlText.TryDecode(Y, out var y) || x.Length != 32 || y.Length != 32)
        {
            return false;
        }

        try
        {
            key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } });
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}

/// <summary>The keys that a verifier signs with (RFC 7517 5): the current one and those whose tokens still live.</summary>
public sealed record JsonWebKeySet
{
    /// <summary>The keys.</summary>
    [JsonPropertyName("keys")]
    public required IReadOnlyList<JsonWebKey> Keys { get; init; }

    /// <summary>The set in JSON.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, EarJson.Default.JsonWebKeySet);

    /// <summary>The key with this id, imported; without an id the only key, where there is but one.</summary>
    public bool TryFind(string? keyId, [NotNullWhen(true)] out ECDsa? key)
    {
        key = null;
        var jwk = keyId is not null ? Keys.FirstOrDefault(known => known.KeyId == keyId) : Keys.Count == 1 ? Keys[0] : null;
        return jwk?.TryImport(out key) == true;
    }

    /// <summary>Reads a set; members and key types that we do not know are kept out of use, not refused.</summary>
    public static bool TryRead(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out JsonWebKeySet? set, [NotNullWhen(false)] out ProtocolProblem? problem) =>
        ProtocolJson.TryRead(utf8, EarJson.Default.JsonWebKeySet, out set, out problem);
}
