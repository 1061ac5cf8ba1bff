using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Shype.Attest.Protocol;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Protocol;

/// <summary>Threat row R01: what a reader of result tokens must refuse, each beside the token that it accepts.</summary>
public sealed class ResultTokenTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly byte[] Nonce = "relying-party-nonce"u8.ToArray();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private JsonWebKey Jwk => JsonWebKey.From(_key);

    [Fact]
    public void A_good_token_gives_its_result()
    {
        Assert.True(Verify(Good(), out var result, out _));
        Assert.Equal(TrustTier.Warning, result!.Status);
        Assert.Equal(32, result.Submods["vm/1"].TrustVector!.RuntimeOpaque);
    }

    public static TheoryData<string, TokenProblemCode> Attacks => new()
    {
        { "R01 alg none, no signature", TokenProblemCode.AlgorithmRefused },
        { "R01 HS256 with the public key as secret", TokenProblemCode.AlgorithmRefused },
        { "R01 ES384 named", TokenProblemCode.AlgorithmRefused },
        { "R01 unknown key id", TokenProblemCode.KeyUnknown },
        { "R01 signed by another key under our id", TokenProblemCode.SignatureInvalid },
        { "R01 header jwk of the attacker", TokenProblemCode.HeaderRefused },
        { "R01 header x5c", TokenProblemCode.HeaderRefused },
        { "R01 header crit", TokenProblemCode.HeaderRefused },
        { "R01 one claim changed", TokenProblemCode.SignatureInvalid },
        { "R01 signature cut", TokenProblemCode.SignatureInvalid },
        { "R01 DER signature", TokenProblemCode.SignatureInvalid },
        { "R01 padded part", TokenProblemCode.Malformed },
        { "R01 four parts", TokenProblemCode.Malformed },
        { "R01 doubled claim", TokenProblemCode.Malformed },
        { "R01 float times", TokenProblemCode.Malformed },
        { "R01 expired", TokenProblemCode.Expired },
        { "R01 no expiry", TokenProblemCode.ExpiryMissing },
        { "R01 made in the future", TokenProblemCode.NotYetValid },
        { "R01 other audience", TokenProblemCode.AudienceMismatch },
        { "R01 other nonce", TokenProblemCode.NonceMismatch },
        { "R01 no nonce", TokenProblemCode.NonceMismatch },
        { "R01 other profile", TokenProblemCode.ProfileUnknown },
        { "R01 status better than its claims", TokenProblemCode.StatusInconsistent },
        { "R01 no submods", TokenProblemCode.Malformed },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public void An_attack_is_refused_with_its_reason(string attack, TokenProblemCode expected)
    {
        Assert.False(Verify(Forge(attack), out var result, out var problem));
        Assert.Equal(expected, problem!.Code);
        Assert.Null(result);
    }

    [Fact]
    public void Expiry_is_exact_to_the_second()
    {
        var token = Sign(Result() with { Expires = Now.ToUnixTimeSeconds() + 1 });
        Assert.True(Verify(token, out _, out _));
        Assert.False(Verify(token, out _, out _, Now.AddSeconds(1)));
    }

    [Fact]
    public void An_audience_is_taken_only_by_itself()
    {
        var token = Sign(Result() with { Audience = "kms" });
        Assert.True(Verify(token, out _, out _, audience: "kms"));
        Assert.False(Verify(token, out _, out _, audience: "other"));
        Assert.False(Verify(Good(), out _, out _, audience: "kms"));
    }

    [Fact]
    public void A_key_set_survives_its_json()
    {
        var set = new JsonWebKeySet { Keys = [JsonWebKey.From(_other), Jwk] };
        Assert.True(JsonWebKeySet.TryRead(set.Write(), out var read, out _));
        Assert.Equal(set.Keys, read.Keys);
        Assert.True(ResultToken.TryVerify(Good(), read, Expectation(), out _, out _));
    }

    [Fact]
    public void A_token_without_key_id_needs_a_single_trusted_key()
    {
        var token = SignRaw("""{"alg":"ES256"}""", Claims());
        Assert.True(Verify(token, out _, out _));
        Assert.False(ResultToken.TryVerify(token, new JsonWebKeySet { Keys = [JsonWebKey.From(_other), Jwk] }, Expectation(), out _, out var problem));
        Assert.Equal(TokenProblemCode.KeyUnknown, problem.Code);
    }

    [Theory]
    [InlineData("kty", "RSA")]
    [InlineData("crv", "P-384")]
    [InlineData("alg", "HS256")]
    [InlineData("use", "enc")]
    [InlineData("x", "AAAA")]
    [InlineData("y", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_key_of_another_kind_or_off_its_curve_is_not_imported(string member, string value)
    {
        var json = JsonNode.Parse(new JsonWebKeySet { Keys = [Jwk] }.Write())!;
        json["keys"]![0]![member] = value;
        Assert.True(JsonWebKeySet.TryRead(Encoding.UTF8.GetBytes(json.ToJsonString()), out var set, out _));
        Assert.False(set.Keys[0].TryImport(out _));
        Assert.True(Jwk.TryImport(out var good));
        good.Dispose();
    }

    [Fact]
    public void The_thumbprint_is_that_of_rfc_7638() =>
        // Cross-checked with `jose.calculateJwkThumbprint`; the key is veraison/ear's public test key.
        Assert.Equal(VeraisonThumbprint, VeraisonKey().Thumbprint());

    [Fact]
    public void Veraisons_own_token_verifies_with_its_key()
    {
        var trusted = new JsonWebKeySet { Keys = [VeraisonKey()] };
        var token = TestData.Text("ear", "ear_testJWT.jwt").Trim();
        Assert.True(ResultToken.TryVerify(token, trusted, Stranger(), out var result, out var problem), problem?.Detail);
        Assert.Equal("rrtrap-v1.0.0", result.Verifier.Build);
        Assert.Equal(TrustTier.Affirming, result.Submods["test"].Status);
        Assert.Equal(3, result.Submods["test"].TrustVector!.Executables);

        Assert.False(ResultToken.TryVerify(token, trusted, Stranger() with { UnsafeAcceptNoExpiry = false }, out _, out problem));
        Assert.Equal(TokenProblemCode.ExpiryMissing, problem.Code);
        Assert.False(ResultToken.TryVerify(token, new JsonWebKeySet { Keys = [Jwk] }, Stranger(), out _, out problem));
        Assert.Equal(TokenProblemCode.SignatureInvalid, problem.Code);
    }

    [Fact]
    public void Veraisons_token_that_brings_its_key_is_refused_even_where_the_key_is_trusted()
    {
        var token = TestData.Text("ear", "ear_testJWT_JWK.jwt").Trim();
        Assert.False(ResultToken.TryVerify(token, new JsonWebKeySet { Keys = [VeraisonKey()] }, Stranger(), out _, out var problem));
        Assert.Equal(TokenProblemCode.HeaderRefused, problem.Code);
    }

    [Fact]
    public void Claims_of_trustee_are_understood()
    {
        var claims = JsonNode.Parse(TestData.Bytes("ear", "trustee_example.token.json"))!.AsObject();
        var token = SignRaw("""{"alg":"ES256"}""", claims);
        var when = new TokenExpectation { Now = DateTimeOffset.FromUnixTimeSeconds(1_760_426_200), Nonce = null };
        Assert.True(ResultToken.TryVerify(token, new JsonWebKeySet { Keys = [Jwk] }, when, out var result, out var problem), problem?.Detail);
        Assert.Equal(TrustTier.Contraindicated, result.Submods["cpu0"].Status);
        Assert.Equal(97, result.Submods["cpu0"].TrustVector!.Hardware);
    }

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }

    private const string VeraisonThumbprint = "xNnfOFTMgZSRM3KtGHQqavZGWGF00Fe54LZBYCIxr88";

    private static JsonWebKey VeraisonKey() =>
        JsonWebKey.TryRead(TestData.Bytes("ear", "pkey.json"), out var key, out _) ? key : throw new InvalidDataException("pkey.json");

    private static TokenExpectation Stranger() => new() { Now = Now, Nonce = null, UnsafeAcceptNoExpiry = true };

    private static TokenExpectation Expectation() => new() { Now = Now, Nonce = Nonce };

    private bool Verify(string token, out AttestationResult? result, out TokenProblem? problem, DateTimeOffset? now = null, string? audience = null) =>
        ResultToken.TryVerify(
            token, new JsonWebKeySet { Keys = [Jwk] }, Expectation() with { Now = now ?? Now, Audience = audience }, out result, out problem);

    private string Good() => Sign(Result());

    private string Sign(AttestationResult result) => ResultToken.Sign(_key, Jwk.KeyId!, result);

    private string Forge(string attack)
    {
        var ours = $$"""{"alg":"ES256","typ":"JWT","kid":"{{Jwk.KeyId}}"}""";
        var good = Good().Split('.');
        return attack[4..] switch
        {
            "alg none, no signature" => Text("""{"alg":"none"}""") + "." + good[1] + ".",
            "HS256 with the public key as secret" => Hmac(ours.Replace("ES256", "HS256", StringComparison.Ordinal), good[1]),
            "ES384 named" => SignRaw(ours.Replace("ES256", "ES384", StringComparison.Ordinal), Claims()),
            "unknown key id" => ResultToken.Sign(_key, "other", Result()),
            "signed by another key under our id" => ResultToken.Sign(_other, Jwk.KeyId!, Result()),
            "header jwk of the attacker" => SignRaw(ours.Replace("\"typ\"", "\"jwk\":{\"kty\":\"EC\"},\"typ\"", StringComparison.Ordinal), Claims()),
            "header x5c" => SignRaw(ours.Replace("\"typ\"", "\"x5c\":[],\"typ\"", StringComparison.Ordinal), Claims()),
            "header crit" => SignRaw(ours.Replace("\"typ\"", "\"crit\":[\"exp\"],\"typ\"", StringComparison.Ordinal), Claims()),
            "one claim changed" => good[0] + "." + Text(Claims().ToJsonString().Replace("\"warning\"", "\"affirming\"", StringComparison.Ordinal)) + "." + good[2],
            "signature cut" => good[0] + "." + good[1] + "." + Base64UrlText.Encode(new byte[63]),
            "DER signature" => good[0] + "." + good[1] + "." + Base64UrlText.Encode(
                _key.SignData(Encoding.ASCII.GetBytes(good[0] + "." + good[1]), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
            "padded part" => good[0] + "=." + good[1] + "." + good[2],
            "four parts" => string.Join('.', good) + ".AAAA",
            "doubled claim" => SignRaw(ours, Claims().ToJsonString().Replace("\"exp\"", "\"exp\":9,\"exp\"", StringComparison.Ordinal)),
            "float times" => SignRaw(ours, Claims().ToJsonString().Replace("\"iat\":1800000000", "\"iat\":1800000000.5", StringComparison.Ordinal)),
            "expired" => Sign(Result() with { Expires = Now.ToUnixTimeSeconds() }),
            "no expiry" => Sign(Result() with { Expires = null }),
            "made in the future" => Sign(Result() with { IssuedAt = Now.ToUnixTimeSeconds() + 61 }),
            "other audience" => Sign(Result() with { Audience = "somebody" }),
            "other nonce" => Sign(Result() with { Nonce = Base64UrlText.Encode("another-nonce"u8) }),
            "no nonce" => Sign(Result() with { Nonce = null }),
            "other profile" => Sign(Result() with { Profile = "tag:example.org,2026:x" }),
            "status better than its claims" => Sign(Result() with { Submods = Submods(TrustTier.Affirming) }),
            "no submods" => Sign(Result() with { Submods = new Dictionary<string, Submod>() }),
            _ => throw new ArgumentException(attack),
        };
    }

    private string SignRaw(string header, JsonObject claims) => SignRaw(header, claims.ToJsonString());

    private string SignRaw(string header, string claims)
    {
        var signed = Text(header) + "." + Text(claims);
        return signed + "." + Base64UrlText.Encode(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256));
    }

    private string Hmac(string header, string payload)
    {
        var signed = Text(header) + "." + payload;
        return signed + "." + Base64UrlText.Encode(HMACSHA256.HashData(_key.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(signed)));
    }

    private JsonObject Claims() => JsonNode.Parse(DecodePart(Good().Split('.')[1]))!.AsObject();

    private static byte[] DecodePart(string part) => Base64UrlText.TryDecode(part, out var bytes) ? bytes : throw new InvalidDataException(part);

    private static string Text(string json) => Base64UrlText.Encode(Encoding.UTF8.GetBytes(json));

    private static AttestationResult Result() => new()
    {
        Profile = AttestationResult.VeraisonProfile,
        IssuedAt = Now.ToUnixTimeSeconds(),
        Expires = Now.ToUnixTimeSeconds() + 60,
        Verifier = new VerifierId { Developer = "shype", Build = "test" },
        Nonce = Base64UrlText.Encode(Nonce),
        Submods = Submods(TrustTier.Warning),
    };

    private static Dictionary<string, Submod> Submods(TrustTier vm) => new()
    {
        ["host"] = new Submod { Status = TrustTier.Affirming, TrustVector = new TrustVector { Executables = 3 }, PolicyId = "default" },
        ["vm/1"] = new Submod { Status = vm, TrustVector = new TrustVector { RuntimeOpaque = 32 }, PolicyId = "default" },
    };
}
