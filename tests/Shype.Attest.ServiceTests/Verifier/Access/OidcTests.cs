using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Verifier.Hosting;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier.Access;

/// <summary>People and relying parties by an identity provider's tokens, against a real issuer (threat rows R05, R09, R21).</summary>
public sealed class OidcTests : IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()));
    private TestIssuer _issuer = null!;
    private RunningVerifier? _verifier;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _issuer = await TestIssuer.StartAsync(_folder.Path);

    public async ValueTask DisposeAsync()
    {
        if (_verifier is not null)
        {
            await _verifier.DisposeAsync();
        }

        await _issuer.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Only_a_value_that_the_settings_name_is_a_role()
    {
        await StartAsync();
        foreach (var (value, hosts, tokens) in (IEnumerable<(string?, HttpStatusCode, HttpStatusCode)>)
        [
            ("fleet-lookers", HttpStatusCode.OK, HttpStatusCode.Forbidden),
            ("fleet-admins", HttpStatusCode.OK, HttpStatusCode.OK),
            ("askers", HttpStatusCode.Forbidden, HttpStatusCode.Forbidden),
            ("admin", HttpStatusCode.Forbidden, HttpStatusCode.Forbidden),
            (null, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden),
        ])
        {
            var token = _issuer.Keys[0].Sign(Claims(claims => claims["roles"] = value is null ? null : new JsonArray("other", value)));
            Assert.Equal((value, hosts, tokens), (value, await StatusAsync(token), await StatusAsync(token, "/v1/tokens")));
        }
    }

    [Fact]
    public async Task The_audit_names_issuer_and_subject()
    {
        await StartAsync();
        var client = _verifier!.Client(_issuer.Keys[0].Sign(Claims(claims => claims["roles"] = "fleet-admins")));
        using var made = await client.PostAsync("/v1/tokens", new StringContent("""{"name":"bob","role":"viewer"}""", System.Text.Encoding.UTF8, MediaTypes.Json), Now);
        Assert.Equal(HttpStatusCode.OK, made.StatusCode);
        Assert.Contains($"\"actor\":\"{_issuer.Address}#alice\"", await client.GetStringAsync("/v1/audit?subject=bob", Now), StringComparison.Ordinal);
        // Nobody can be given such a name by hand.
        using var forged = await client.PostAsync("/v1/tokens", new StringContent($$"""{"name":"x#alice","role":"viewer"}""", System.Text.Encoding.UTF8, MediaTypes.Json), Now);
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
    }

    private static readonly Dictionary<string, Action<JsonObject, JsonObject>> Changes = new(StringComparer.Ordinal)
    {
        ["alg none"] = (_, header) => header["alg"] = "none",
        ["HS256 under the public key"] = (_, header) => header["alg"] = "HS256",
        ["alg of another case"] = (_, header) => header["alg"] = "es256",
        ["another key's algorithm"] = (_, header) => header["alg"] = "RS256",
        ["unknown key id"] = (_, header) => header["kid"] = "other",
        ["key in the header"] = (_, header) =>
        {
            header["jwk"] = Mallory!.PublicKey;
            header["kid"] = "mallory";
        },
        ["critical extension"] = (_, header) => header["crit"] = new JsonArray("exp"),
        ["another kind of token"] = (_, header) => header["typ"] = "logout+jwt",
        ["another audience"] = (claims, _) => claims["aud"] = "grafana",
        ["no audience"] = (claims, _) => claims.Remove("aud"),
        ["audience that begins alike"] = (claims, _) => claims["aud"] = "shype2",
        ["another issuer"] = (claims, _) => claims["iss"] = "https://elsewhere.example",
        ["issuer with a slash behind it"] = (claims, _) => claims["iss"] = claims["iss"]!.GetValue<string>() + "/",
        ["no issuer"] = (claims, _) => claims.Remove("iss"),
        ["no end"] = (claims, _) => claims.Remove("exp"),
        ["an end that is no time"] = (claims, _) => claims["exp"] = "tomorrow",
        ["an issuer that is a number"] = (claims, _) => claims["iss"] = 1,
        ["an audience that is an object"] = (claims, _) => claims["aud"] = new JsonObject { ["shype"] = 1 },
        ["an end that is a list"] = (claims, _) => claims["exp"] = new JsonArray(9_999_999_999),
        ["a subject that is an object"] = (claims, _) => claims["sub"] = new JsonObject(),
        ["a key id that is a number"] = (_, header) => header["kid"] = 1,
        ["no subject"] = (claims, _) => claims.Remove("sub"),
        ["subject that a terminal would obey"] = (claims, _) => claims["sub"] = "\u001b[2J",
        ["long subject"] = (claims, _) => claims["sub"] = new string('a', 257),
        ["longer than the limit"] = (claims, _) => claims["more"] = new string('a', 7000),
    };

    private static SigningKey Mallory { get; } = new("mallory", "ES256");

    [Fact]
    public async Task R05_a_token_that_is_wrong_in_one_thing_is_refused()
    {
        await StartAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_issuer.Keys[0].Sign(Claims())));
        foreach (var (what, change) in Changes)
        {
            var (claims, header) = (Claims(), new JsonObject());
            change(claims, header);
            Assert.Equal((what, HttpStatusCode.Unauthorized), (what, await StatusAsync(_issuer.Keys[0].Sign(claims, header))));
        }
    }

    [Fact]
    public async Task R05_a_token_of_somebody_else_or_with_one_bit_changed_is_refused()
    {
        await StartAsync();
        using var forged = new SigningKey("first", "ES256");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(forged.Sign(Claims())));
        var good = _issuer.Keys[0].Sign(Claims());
        foreach (var wrong in (string[])[good[..^8] + "AAAAAAAA", good + ".", good.Replace(".", "..", StringComparison.Ordinal), "a.b.c", "..", ".", good[..good.LastIndexOf('.')] + "."])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(wrong));
        }
    }

    [Fact]
    public async Task R09_a_huge_token_is_refused_before_it_is_read()
    {
        await StartAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(new string('a', 9_000) + ".b.c"));
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, await StatusAsync(new string('a', 20_000) + ".b.c"));
        Assert.Equal(0, _issuer.Fetches);
    }

    [Fact]
    public async Task R21_a_token_begins_and_ends_to_the_second_ten_for_clocks_that_differ()
    {
        await StartAsync();
        foreach (var (claim, at, after, isTaken) in (IEnumerable<(string, int, int, bool)>)[("exp", 0, 9, true), ("exp", 0, 10, false), ("nbf", 20, 9, false), ("nbf", 20, 10, true)])
        {
            var token = _issuer.Keys[0].Sign(Claims(claims => claims[claim] = _clock.GetUtcNow().AddSeconds(at).ToUnixTimeSeconds()));
            _clock.Advance(TimeSpan.FromSeconds(after));
            Assert.Equal((claim, after, isTaken), (claim, after, await StatusAsync(token) == HttpStatusCode.OK));
        }
    }

    [Fact]
    public async Task Keys_are_followed_when_the_issuer_rotates_and_strangers_cannot_make_the_verifier_ask()
    {
        await StartAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_issuer.Keys[0].Sign(Claims())));
        Assert.Equal(1, _issuer.Fetches);
        var old = _issuer.Keys[0];
        _issuer.Keys[0] = new SigningKey("second", "RS256");
        for (var i = 0; i < 20; i++)
        {
            // Within half a minute of the last time nobody is asked.
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(_issuer.Keys[0].Sign(Claims())));
        }

        Assert.Equal(1, _issuer.Fetches);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_issuer.Keys[0].Sign(Claims())));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(old.Sign(Claims())));
        Assert.Equal(2, _issuer.Fetches);
        old.Dispose();
    }

    [Fact]
    public async Task An_issuer_that_is_down_at_the_start_is_said_so_and_asked_again()
    {
        await _issuer.DownAsync();
        await StartAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(_issuer.Keys[0].Sign(Claims())));
        // Other credentials do not depend on it.
        using var own = await _verifier!.Operator().GetAsync("/v1/hosts", Now);
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        await _issuer.UpAsync();
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_issuer.Keys[0].Sign(Claims())));
    }

    [Fact]
    public async Task The_keys_of_an_issuer_that_went_down_count_for_a_day()
    {
        await StartAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_issuer.Keys[0].Sign(Claims())));
        await _issuer.DownAsync();
        _clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_issuer.Keys[0].Sign(Claims())));
        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(_issuer.Keys[0].Sign(Claims())));
    }

    [Fact]
    public async Task Who_answers_for_another_issuer_or_has_weak_keys_only_is_not_believed()
    {
        _issuer.Says = "https://elsewhere.example";
        await StartAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(_issuer.Keys[0].Sign(Claims())));
        _issuer.Says = _issuer.Address;
        using var weak = new SigningKey("weak", "RS256", 1024);
        var good = _issuer.Keys[0];
        _issuer.Keys[0] = weak;
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(weak.Sign(Claims())));
        good.Dispose();
    }

    [Theory]
    [InlineData("PS256")]
    [InlineData("ES384")]
    public async Task A_token_that_jose_made_is_taken_by_a_file_of_keys_where_no_issuer_can_be_reached(string algorithm)
    {
        var (exitCode, token, errors) = await Jose.RunAsync("sign-token.mjs", _folder["keys.json"], "https://idp.example", "shype", "3f0c", "fleet-admins", algorithm);
        Assert.True(exitCode == 0, errors);
        _verifier = await RunningVerifier.StartAsync(new
        {
            Oidc = new { Keys = _folder["keys.json"], Issuer = "https://idp.example", Audience = "shype", RoleClaim = "realm_access.roles", Roles = new Dictionary<string, string> { ["fleet-admins"] = "admin" } },
        });
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token.Trim(), "/v1/tokens"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(_issuer.Keys[0].Sign(Claims(claims => claims["iss"] = "https://idp.example")), "/v1/tokens"));
    }

    [Fact]
    public async Task R09_an_address_that_shows_wrong_credentials_again_and_again_is_not_listened_to_and_known_tokens_still_are()
    {
        await StartAsync(failed: 5);
        var wrong = _issuer.Keys[0].Sign(Claims(claims => claims["aud"] = "grafana"));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(wrong));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(wrong));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync("unknown"));
        // No signature is looked at any more, not even a good one.
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(_issuer.Keys[0].Sign(Claims())));
        using var own = await _verifier!.Operator().GetAsync("/v1/hosts", Now);
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_issuer.Keys[0].Sign(Claims())));
    }

    [Theory]
    [InlineData("""{"Authority":"http://idp.example","Audience":"a","Roles":{"x":"admin"}}""", "Verifier:Oidc:Authority")]
    [InlineData("""{"Audience":"a","Roles":{"x":"admin"}}""", "Verifier:Oidc:Authority")]
    [InlineData("""{"Authority":"https://idp.example","Keys":"k.json","Audience":"a","Roles":{"x":"admin"}}""", "Verifier:Oidc:Authority")]
    [InlineData("""{"Authority":"https://idp.example","Issuer":"https://other.example","Audience":"a","Roles":{"x":"admin"}}""", "Verifier:Oidc:Issuer")]
    [InlineData("""{"Keys":"k.json","Audience":"a","Roles":{"x":"admin"}}""", "Verifier:Oidc:Issuer")]
    [InlineData("""{"Authority":"https://idp.example","Roles":{"x":"admin"}}""", "Verifier:Oidc:Audience")]
    [InlineData("""{"Authority":"https://idp.example","Audience":"a"}""", "Verifier:Oidc:Roles")]
    [InlineData("""{"Authority":"https://idp.example","Audience":"a","Roles":{"x":"agent"}}""", "Verifier:Oidc:Roles:x")]
    [InlineData("""{"Authority":"https://idp.example","Audience":"a","Roles":{"x":"admin"},"Audiences":"b"}""", "Verifier:Oidc:Audiences")]
    [InlineData("""{"Keys":"/nowhere/k.json","Issuer":"i","Audience":"a","Roles":{"x":"admin"}}""", "Verifier:Oidc:Keys")]
    [InlineData("""{"Authority":"https://idp.example","Ca":"/nowhere/ca.pem","Audience":"a","Roles":{"x":"admin"}}""", "Verifier:Oidc:Ca")]
    public async Task A_wrong_setting_stops_the_start_and_is_named(string oidc, string named)
    {
        var refused = await Assert.ThrowsAsync<SetupException>(() => RunningVerifier.StartAsync(new { Oidc = JsonNode.Parse(oidc) }, folder: _folder.Path));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    private async Task StartAsync(int failed = 300) => _verifier = await RunningVerifier.StartAsync(
        new
        {
            FailedSignInsPerMinute = failed,
            Oidc = new { Authority = _issuer.Address, _issuer.Ca, Audience = "shype", Roles = new Dictionary<string, string> { ["fleet-lookers"] = "viewer", ["fleet-admins"] = "admin", ["askers"] = "relying-party" } },
        }, _clock);

    private JsonObject Claims(Action<JsonObject>? change = null)
    {
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject { ["iss"] = _issuer.Address, ["aud"] = "shype", ["sub"] = "alice", ["iat"] = now, ["exp"] = now + 300, ["roles"] = new JsonArray("fleet-lookers") };
        change?.Invoke(claims);
        return claims;
    }

    private async Task<HttpStatusCode> StatusAsync(string token, string address = "/v1/hosts")
    {
        using var response = await _verifier!.Client(token).GetAsync(address, Now);
        return response.StatusCode;
    }
}
