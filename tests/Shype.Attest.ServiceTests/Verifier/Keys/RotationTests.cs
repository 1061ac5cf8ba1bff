using System.Net;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Cli;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Signing;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier.Keys;

/// <summary>Rotation as an administrator does it and a relying party sees it.</summary>
public sealed class RotationTests : IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private RunningVerifier _verifier = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _verifier = await RunningVerifier.StartAsync(new { ChallengeLifetime = "00:10:00" }, _clock);

    public async ValueTask DisposeAsync()
    {
        await _verifier.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task R19_jose_verifies_results_before_during_and_after_a_rotation_and_none_of_a_key_that_was_taken_away()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        var before = await agent.AttestAsync();
        Assert.Equal(0, (await AdminAsync("signing-key", "rotate")).ExitCode);
        var during = await agent.AttestAsync();
        Assert.Equal(KeyId(before), KeyId(during));
        await VerifiesAsync(before);
        await VerifiesAsync(during);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotEqual(0, (await AdminAsync("signing-key", "rotate")).ExitCode);
        Assert.Equal(0, (await AdminAsync("signing-key", "rotate", "--now")).ExitCode);
        var after = await agent.AttestAsync();
        Assert.NotEqual(KeyId(before), KeyId(after));
        await VerifiesAsync(before);
        await VerifiesAsync(after);

        Assert.Equal(0, (await AdminAsync("signing-key", "retire", KeyId(before))).ExitCode);
        await VerifiesAsync(after);
        Assert.Equal("ERR_JWKS_NO_MATCHING_KEY", (await Jose.VerifyAsync(_folder.Path, before, await KeySetAsync())).Errors.Trim());
        Assert.NotEqual(0, (await AdminAsync("signing-key", "retire", KeyId(before))).ExitCode);

        var listed = (await AdminAsync("signing-key", "list", "--json")).Json.GetProperty("keys").EnumerateArray().ToList();
        Assert.Equal(["results current", "audit current", "challenges current"], listed.Select(key => $"{key.GetProperty("purpose")} {key.GetProperty("state")}"));
        Assert.Equal(3, (await _verifier.Admin().GetStringAsync("/v1/audit?subject=results", Now)).Split("\"actor\":\"admin\"").Length - 1);
    }

    [Fact]
    public async Task R21_a_challenge_of_the_key_before_is_accepted_until_the_overlap_ends_to_the_second()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        var challenge = await agent.ChallengeAsync();
        Assert.Equal(0, (await AdminAsync("signing-key", "rotate", "--for", "challenges")).ExitCode);
        Assert.DoesNotContain("nonce", FindingsOf(await agent.TokenAsync(agent.Host.Answer(challenge).Encode())), StringComparison.Ordinal);

        var issuer = _verifier.Service<ChallengeIssuer>();
        var rules = _verifier.Service<CurrentAppraisalPolicies>().Of("default").Rules;
        // Rotated in the same moment, so that the key ends a millisecond after the challenge would.
        _clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Equal(ChallengeNonceProblem.None, issuer.Check(challenge.Nonce, agent.Host.Id, rules));
        _clock.Advance(TimeSpan.FromSeconds(1) + TimeSpan.FromMilliseconds(1));
        Assert.Equal(ChallengeNonceProblem.NotOurs, issuer.Check(challenge.Nonce, agent.Host.Id, rules));
        Assert.Equal(ChallengeNonceProblem.None, issuer.Check((await agent.ChallengeAsync()).Nonce, agent.Host.Id, rules));
    }

    [Fact]
    public async Task Keys_of_challenges_follow_each_other_by_age_and_no_challenge_writes_to_the_database()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        var ring = _verifier.Service<KeyRing>();
        var first = ring.Current(KeyPurposes.Challenges).Stored.Id;
        _clock.Advance(TimeSpan.FromDays(1));
        await ring.RenewAsync(Now);
        Assert.NotEqual(first, ring.Current(KeyPurposes.Challenges).Stored.Id);
        await agent.ChallengeAsync();

        // Whoever wanted to write now would wait for this lock until it fails.
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_verifier.State, "verifier.db")};Pooling=False");
        await connection.OpenAsync(Now);
        await using var locked = connection.BeginTransaction(deferred: false);
        for (var i = 0; i < 20; i++)
        {
            await agent.ChallengeAsync();
        }
    }

    [Theory]
    [InlineData("""{"purpose":"everything"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"purpose":"results","more":1}""", HttpStatusCode.BadRequest)]
    [InlineData("{}", HttpStatusCode.BadRequest)]
    public async Task A_wrong_rotation_is_refused(string body, HttpStatusCode status)
    {
        using var response = await _verifier.Admin().PostAsync("/v1/keys", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Now);
        Assert.Equal(status, response.StatusCode);
    }

    private Task<Cli.Shype> AdminAsync(params string[] arguments) => Cli.Shype.RunAsync(_verifier.For("admin"), null, arguments);

    private async Task VerifiesAsync(string token)
    {
        var (exitCode, _, errors) = await Jose.VerifyAsync(_folder.Path, token, await KeySetAsync());
        Assert.True(exitCode == 0, errors);
    }

    private Task<byte[]> KeySetAsync() => _verifier.Anonymous().GetByteArrayAsync("/.well-known/jwks.json", Now);

    private static string KeyId(string token) => System.Text.Json.JsonDocument.Parse(Part(token, 0)).RootElement.GetProperty("kid").GetString()!;

    private static string FindingsOf(string token) => System.Text.Encoding.UTF8.GetString(Part(token, 1)).Split("\"findings\"") is [_, var found, ..] ? found : "";

    private static byte[] Part(string token, int part) => Base64UrlText.TryDecode(token.Split('.')[part], out var bytes) ? bytes : [];
}
