using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Text;
using System.Text.Json.Nodes;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.UnitTests.Protocol;

/// <summary>Results in both profiles, as JWT and CWT: each says the same, and each is refused for the same reasons (threat row R01).</summary>
public sealed class EarFormTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly byte[] Nonce = "relying-party-nonce"u8.ToArray();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private JsonWebKey Jwk => JsonWebKey.From(_key);

    private JsonWebKeySet Keys => new() { Keys = [Jwk] };

    // A whole result with findings, guarantees, boot and VMs, as an appraisal makes it.
    private static AttestationResult Result { get; } = new VirtualVerifier(VirtualHost.Boot(spec => spec with { Vms = [VirtualVms.Web with { Mutable = true }, VirtualVms.Database] }))
        .Ask().ToResult(new()
        {
            Verifier = new VerifierId { Developer = "https://shype.dev", Build = "test" },
            IssuedAt = Now,
            Lifetime = TimeSpan.FromMinutes(5),
            Issuer = "test",
            Nonce = Base64UrlText.Encode(Nonce),
            EvidenceDigest = new byte[32],
        });

    [Theory]
    [InlineData(EarProfile.Veraison, AttestationResult.VeraisonProfile)]
    [InlineData(EarProfile.Ietf, AttestationResult.IetfProfile)]
    public void Every_form_says_the_same(EarProfile profile, string name)
    {
        var expected = Encoding.UTF8.GetString((Result with { Profile = name }).Write());
        Assert.True(ResultToken.TryVerify(ResultToken.Sign(_key, Jwk.KeyId!, Result, profile), Keys, Expectation, out var jwt, out var problem), problem?.Detail);
        Assert.Equal(expected, Encoding.UTF8.GetString(jwt.Write()));
        var cwt = ResultCwt.Sign(_key, Jwk.KeyId!, Result, profile);
        Assert.True(ResultCwt.TryVerify(cwt, Keys, Expectation, out var read, out problem), problem?.Detail);
        Assert.Equal(Sorted(expected), Sorted(Encoding.UTF8.GetString(read.Write())));
        Assert.True(ResultCwt.IsCwt(cwt));

        // And from each form to the usual one.
        Assert.True(ResultToken.TryVerify(ResultToken.Sign(_key, Jwk.KeyId!, read), Keys, Expectation, out var back, out problem), problem?.Detail);
        Assert.Equal(Sorted(Encoding.UTF8.GetString(Result.Write())), Sorted(Encoding.UTF8.GetString(back.Write())));
    }

    [Fact]
    public void The_profile_of_the_draft_has_the_names_of_the_draft()
    {
        Assert.True(Base64UrlText.TryDecode(ResultToken.Sign(_key, "k", Result, EarProfile.Ietf).Split('.')[1], out var payload));
        var claims = JsonNode.Parse(payload)!;
        Assert.Equal("tag:ietf.org,2026:rats/ear#03", (string?)claims["eat_profile"]);
        Assert.Equal("test", (string?)claims["ear_verifier_id"]!["build"]);
        var host = claims["submods"]!["host"]!;
        Assert.Equal("affirming", (string?)host["ear_status"]);
        Assert.Equal(3, (int?)host["ear_trustworthiness_vector"]!["executables"]);
        Assert.Equal(["tag:shype.dev,2026:rules/1"], host["ear_appraisal_policy_ids"]!.AsArray().Select(id => (string)id!));
        Assert.DoesNotContain("ear.", Encoding.UTF8.GetString(payload), StringComparison.Ordinal);
    }

    [Fact]
    public void A_CWT_has_the_keys_of_the_drafts_table()
    {
        var reader = new CborReader(CoseMessage.DecodeSign1(ResultCwt.Sign(_key, "k", Result, EarProfile.Veraison)).Content!.Value);
        Dictionary<long, byte[]> claims = [];
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            claims.Add(reader.ReadInt64(), reader.ReadEncodedValue().ToArray());
        }

        Assert.Equal([-76005, 1, 4, 6, 10, 265, 266, 1004], claims.Keys.Order());
        Assert.Equal(Nonce, new CborReader(claims[10]).ReadByteString());
        var host = new CborReader(claims[266]);
        host.ReadStartMap();
        // Deterministic encoding: "host" is the shortest name.
        Assert.Equal("host", host.ReadTextString());
        host.ReadStartMap();
        Assert.Equal((1000, 2), (host.ReadInt32(), host.ReadInt32()));
        Assert.Equal(1001, host.ReadInt32());
        host.ReadStartMap();
        Assert.Equal((0, 2), (host.ReadInt32(), host.ReadInt32()));
    }

    [Fact]
    public void A_name_of_the_other_profile_is_no_claim()
    {
        // The status of the deployed profile in a token of the draft's must not make it affirming.
        Assert.True(Base64UrlText.TryDecode(ResultToken.Sign(_key, "k", Result, EarProfile.Ietf).Split('.')[1], out var payload));
        var claims = JsonNode.Parse(payload)!;
        var host = claims["submods"]!["host"]!.AsObject();
        host.Remove("ear_status");
        host["ear.status"] = "affirming";
        Assert.False(ResultToken.TryVerify(SignJwt(claims.ToJsonString()), Keys, Expectation, out _, out var problem));
        Assert.Equal(TokenProblemCode.Malformed, problem.Code);
    }

    [Fact]
    public void R01_a_doubled_claim_of_the_drafts_profile_is_refused()
    {
        Assert.True(Base64UrlText.TryDecode(ResultToken.Sign(_key, "k", Result, EarProfile.Ietf).Split('.')[1], out var payload));
        var text = Encoding.UTF8.GetString(payload).Replace("\"ear_status\":\"affirming\"", "\"ear_status\":\"contraindicated\",\"ear_status\":\"affirming\"", StringComparison.Ordinal);
        Assert.False(ResultToken.TryVerify(SignJwt(text), Keys, Expectation, out _, out var problem));
        Assert.Equal(TokenProblemCode.Malformed, problem.Code);
    }

    public static TheoryData<string, TokenProblemCode> Attacks => new()
    {
        { "R01 unknown key id", TokenProblemCode.KeyUnknown },
        { "R01 signed by another key under our id", TokenProblemCode.SignatureInvalid },
        { "R01 ES384 named", TokenProblemCode.AlgorithmRefused },
        { "R01 no algorithm", TokenProblemCode.AlgorithmRefused },
        { "R01 HMAC with the public key as secret", TokenProblemCode.AlgorithmRefused },
        { "R01 x5chain of the attacker", TokenProblemCode.HeaderRefused },
        { "R01 critical header", TokenProblemCode.HeaderRefused },
        { "R01 unprotected header", TokenProblemCode.Malformed },
        { "R01 doubled header", TokenProblemCode.Malformed },
        { "R01 type of another token", TokenProblemCode.HeaderRefused },
        { "R01 one claim changed", TokenProblemCode.SignatureInvalid },
        { "R01 signature cut", TokenProblemCode.SignatureInvalid },
        { "R01 no tag", TokenProblemCode.Malformed },
        { "R01 COSE_Mac0", TokenProblemCode.Malformed },
        { "R01 trailing byte", TokenProblemCode.Malformed },
        { "R01 expired", TokenProblemCode.Expired },
        { "R01 no expiry", TokenProblemCode.ExpiryMissing },
        { "R01 made in the future", TokenProblemCode.NotYetValid },
        { "R01 other audience", TokenProblemCode.AudienceMismatch },
        { "R01 other nonce", TokenProblemCode.NonceMismatch },
        { "R01 other profile", TokenProblemCode.ProfileUnknown },
        { "R01 status better than its claims", TokenProblemCode.StatusInconsistent },
        { "R01 no submods", TokenProblemCode.Malformed },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public void R01_an_attack_on_a_CWT_is_refused_with_its_reason(string attack, TokenProblemCode expected)
    {
        Assert.False(ResultCwt.TryVerify(Forge(attack), Keys, Expectation, out var result, out var problem));
        Assert.Equal(expected, problem.Code);
        Assert.Null(result);
    }

    [Fact]
    public void Any_prefix_of_a_CWT_and_any_changed_byte_is_refused()
    {
        var token = ResultCwt.Sign(_key, Jwk.KeyId!, Result with { Submods = new Dictionary<string, Submod> { ["host"] = Result.Submods["host"] with { Findings = null, Guarantees = null } } }, EarProfile.Veraison);
        for (var i = 0; i < token.Length; i++)
        {
            Assert.False(ResultCwt.TryVerify(token.AsMemory(0, i), Keys, Expectation, out _, out _), $"cut at {i}");
            var changed = (byte[])token.Clone();
            changed[i] ^= 0x41;
            Assert.False(ResultCwt.TryVerify(changed, Keys, Expectation, out _, out _), $"changed at {i}");
        }
    }

    [Fact]
    public void The_tag_of_a_CWT_may_stand_before_it()
    {
        byte[] tagged = [0xd8, 0x3d, .. ResultCwt.Sign(_key, Jwk.KeyId!, Result, EarProfile.Ietf)];
        Assert.True(ResultCwt.TryVerify(tagged, Keys, Expectation, out _, out var problem), problem?.Detail);
    }

    [Fact]
    public void The_COSE_key_set_has_the_same_keys_under_the_same_ids()
    {
        var reader = new CborReader(CoseKeys.Write(Keys), CborConformanceMode.Canonical);
        Assert.Equal(1, reader.ReadStartArray());
        Assert.Equal(6, reader.ReadStartMap());
        Assert.Equal((1, 2), (reader.ReadInt32(), reader.ReadInt32()));
        Assert.Equal(2, reader.ReadInt32());
        Assert.Equal(Jwk.KeyId, Encoding.UTF8.GetString(reader.ReadByteString()));
        Assert.Equal((3, -7, -1, 1, -2), (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32()));
        Assert.Equal(_key.ExportParameters(false).Q.X, reader.ReadByteString());
    }

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }

    private static TokenExpectation Expectation => new() { Now = Now, Nonce = Nonce };

    private byte[] Forge(string attack)
    {
        var result = attack switch
        {
            "R01 expired" => Result with { Expires = Now.ToUnixTimeSeconds() },
            "R01 no expiry" => Result with { Expires = null },
            "R01 made in the future" => Result with { IssuedAt = Now.ToUnixTimeSeconds() + 120 },
            "R01 other audience" => Result with { Audience = "other" },
            "R01 other nonce" => Result with { Nonce = Base64UrlText.Encode("another-nonce"u8) },
            "R01 status better than its claims" => Result with
            {
                Submods = new Dictionary<string, Submod> { ["host"] = new() { Status = TrustTier.Affirming, TrustVector = TrustVector.All(99) } },
            },
            "R01 no submods" => Result with { Submods = new Dictionary<string, Submod>() },
            _ => Result,
        };
        var good = ResultCwt.Sign(_key, Jwk.KeyId!, result, EarProfile.Veraison);
        switch (attack)
        {
            case "R01 unknown key id":
                return ResultCwt.Sign(_other, "other", result, EarProfile.Veraison);
            case "R01 signed by another key under our id":
                return ResultCwt.Sign(_other, Jwk.KeyId!, result, EarProfile.Veraison);
            case "R01 one claim changed":
                good[good.AsSpan().IndexOf("affirming"u8) is var at and > 0 ? at : good.Length / 2] ^= 1;
                return good;
            case "R01 trailing byte":
                return [.. good, 0];
            case "R01 no tag":
                return good[1..];
            case "R01 COSE_Mac0":
                return [0xd1, .. good[1..]];
            case "R01 other profile":
                var payload = CoseMessage.DecodeSign1(good).Content!.Value.ToArray();
                payload[payload.AsSpan().IndexOf("veraison/ear"u8)] = (byte)'V';
                return Message(Headers(-7, Jwk.KeyId!), payload, _key);
        }

        var content = CoseMessage.DecodeSign1(good).Content!.Value.ToArray();
        return attack switch
        {
            "R01 ES384 named" => Message(Headers(-35, Jwk.KeyId!), content, _key),
            "R01 no algorithm" => Message(Headers(null, Jwk.KeyId!), content, _key),
            "R01 HMAC with the public key as secret" => Message(Headers(5, Jwk.KeyId!), content, _key),
            "R01 x5chain of the attacker" => Message(Headers(-7, Jwk.KeyId!, (33, [0x41, 0x00])), content, _other),
            "R01 critical header" => Message(Headers(-7, Jwk.KeyId!, (2, [0x81, 0x01])), content, _key),
            "R01 doubled header" => Message(Headers(-7, Jwk.KeyId!, (1, [0x26])), content, _key),
            "R01 type of another token" => Message(Headers(-7, Jwk.KeyId!, (16, [0x61, 0x78])), content, _key),
            "R01 unprotected header" => Message(Headers(-7, Jwk.KeyId!), content, _key, unprotected: [0xa1, 0x04, 0x41, 0x00]),
            "R01 signature cut" => Message(Headers(-7, Jwk.KeyId!), content, _key, cut: 63),
            _ => good,
        };
    }

    private static byte[] Headers(int? algorithm, string keyId, params (int Label, byte[] Value)[] others)
    {
        // Lax, because attackers write what they like.
        var writer = new CborWriter(CborConformanceMode.Lax);
        writer.WriteStartMap((algorithm is null ? 1 : 2) + others.Length);
        if (algorithm is { } number)
        {
            writer.WriteInt32(1);
            writer.WriteInt32(number);
        }

        writer.WriteInt32(4);
        writer.WriteByteString(Encoding.UTF8.GetBytes(keyId));
        foreach (var (label, value) in others)
        {
            writer.WriteInt32(label);
            writer.WriteEncodedValue(value);
        }

        writer.WriteEndMap();
        return writer.Encode();
    }

    private static byte[] Message(byte[] headers, byte[] payload, ECDsa key, byte[]? unprotected = null, int cut = 64)
    {
        var signed = new CborWriter();
        signed.WriteStartArray(4);
        signed.WriteTextString("Signature1");
        signed.WriteByteString(headers);
        signed.WriteByteString([]);
        signed.WriteByteString(payload);
        signed.WriteEndArray();
        var writer = new CborWriter();
        writer.WriteTag((CborTag)18);
        writer.WriteStartArray(4);
        writer.WriteByteString(headers);
        writer.WriteEncodedValue(unprotected ?? [0xa0]);
        writer.WriteByteString(payload);
        writer.WriteByteString(key.SignData(signed.Encode(), HashAlgorithmName.SHA256).AsSpan(0, cut));
        writer.WriteEndArray();
        return writer.Encode();
    }

    private string SignJwt(string payload)
    {
        var signed = Base64UrlText.Encode(Encoding.UTF8.GetBytes($$"""{"alg":"ES256","kid":"{{Jwk.KeyId}}"}""")) + "." + Base64UrlText.Encode(Encoding.UTF8.GetBytes(payload));
        return signed + "." + Base64UrlText.Encode(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256));
    }

    // Members of maps have no order, and deterministic CBOR has its own.
    private static string Sorted(string json) => Sort(JsonNode.Parse(json)!).ToJsonString();

    private static JsonNode Sort(JsonNode node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, (JsonNode?)Sort(member.Value!)))),
        JsonArray list => new JsonArray([.. list.Select(item => Sort(item!))]),
        _ => node.DeepClone(),
    };
}
