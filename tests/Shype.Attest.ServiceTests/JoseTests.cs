using System.Security.Cryptography;
using System.Text.Json;
using Shype.Attest.Protocol;
using Xunit;

namespace Shype.Attest.ServiceTests;

/// <summary>Result tokens as a relying party sees them: checked by jose from npm, a library that we did not write.</summary>
public sealed class JoseTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shype-jose-").FullName;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Fact]
    public async Task Jose_verifies_our_token_with_our_key_set()
    {
        var jwk = JsonWebKey.From(_key);
        var (exitCode, output, errors) = await VerifyAsync(ResultToken.Sign(_key, jwk.KeyId!, Result()), jwk);
        Assert.True(exitCode == 0, errors);
        using var read = JsonDocument.Parse(output);
        Assert.Equal("affirming", read.RootElement.GetProperty("payload").GetProperty("submods").GetProperty("host").GetProperty("ear.status").GetString());
        Assert.Equal("ES256", read.RootElement.GetProperty("protectedHeader").GetProperty("alg").GetString());
        Assert.Equal(jwk.KeyId, read.RootElement.GetProperty("thumbprints")[0].GetString());
    }

    [Fact]
    public async Task Jose_refuses_a_token_of_another_key()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var jwk = JsonWebKey.From(_key);
        var (exitCode, _, errors) = await VerifyAsync(ResultToken.Sign(other, jwk.KeyId!, Result()), jwk);
        Assert.Equal(1, exitCode);
        Assert.Equal("ERR_JWS_SIGNATURE_VERIFICATION_FAILED", errors.Trim());
    }

    [Fact]
    public async Task Jose_refuses_an_expired_token()
    {
        var jwk = JsonWebKey.From(_key);
        var expired = Result() with { Expires = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 1 };
        var (exitCode, _, errors) = await VerifyAsync(ResultToken.Sign(_key, jwk.KeyId!, expired), jwk);
        Assert.Equal(1, exitCode);
        Assert.Equal("ERR_JWT_EXPIRED", errors.Trim());
    }

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Task<(int ExitCode, string Output, string Errors)> VerifyAsync(string token, JsonWebKey jwk) =>
        Jose.VerifyAsync(_folder, token, new JsonWebKeySet { Keys = [jwk] }.Write());

    private static AttestationResult Result()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return new AttestationResult
        {
            Profile = AttestationResult.VeraisonProfile,
            IssuedAt = now,
            Expires = now + 60,
            Verifier = new VerifierId { Developer = "shype", Build = "test" },
            Nonce = "AAECAwQFBgc",
            Submods = new Dictionary<string, Submod>
            {
                ["host"] = new Submod { Status = TrustTier.Affirming, TrustVector = new TrustVector { Executables = 3 } },
            },
        };
    }
}
