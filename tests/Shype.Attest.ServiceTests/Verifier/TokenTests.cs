using System.Net;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.ServiceTests.Cli;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>Named tokens from end to end: made by the real command line, used, expired, taken away; the audit says who did what (threat rows R05, R20).</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly ScratchFolder _scratch = new();
    private RunningVerifier _verifier = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _verifier = await RunningVerifier.StartAsync(clock: _clock, folder: _scratch["verifier"]);

    public async ValueTask DisposeAsync()
    {
        await _verifier.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task What_somebody_did_stands_in_the_audit_under_the_name_of_his_token_also_after_a_restart()
    {
        var token = await AddAsync("alice", "--role", "operator");
        await _verifier.DisposeAsync();
        _verifier = await RunningVerifier.StartAsync(clock: _clock, folder: _scratch["verifier"], vendor: _verifier.Vendor);
        await _verifier.AddHostAsync("hv1");
        Assert.Equal(0, (await AsAsync(token, "host", "revoke", "hv1", "--reason", "stolen")).ExitCode);
        var newest = (await _verifier.Service<IAuditStore>().ReadAuditBeforeAsync(long.MaxValue, null, 1, Now))[0];
        Assert.Equal(("host-state", "alice"), (newest.Kind, newest.Actor));

        var list = await AdminAsync("token", "list", "--json");
        Assert.DoesNotContain(token, list.Output, StringComparison.Ordinal);
        Assert.NotEqual(default, list.Json.GetProperty("tokens")[0].GetProperty("lastUsed").GetDateTimeOffset());
        Assert.Equal("admin", list.Json.GetProperty("tokens")[0].GetProperty("by").GetString());
    }

    [Fact]
    public async Task A_token_that_is_over_or_was_taken_away_is_refused_at_its_next_use()
    {
        var bob = await AddAsync("bob", "--role", "viewer");
        var late = await AddAsync("carol", "--role", "viewer", "--expires", _clock.GetUtcNow().AddHours(1).ToString("O"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(bob));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(late));
        Assert.Equal(0, (await AdminAsync("token", "remove", "bob")).ExitCode);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(bob));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(late));
        Assert.Equal(3, (await AdminAsync("token", "remove", "bob")).ExitCode);
    }

    [Fact]
    public async Task The_database_holds_the_digest_of_a_token_only()
    {
        var token = await AddAsync("alice", "--role", "admin");
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_verifier.State, "verifier.db")};Pooling=False");
        await connection.OpenAsync(Now);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT digest FROM access_tokens";
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(token)), (byte[]?)await command.ExecuteScalarAsync(Now));
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("Verifier")]
    [InlineData("host")]
    [InlineData(" alice")]
    [InlineData("a/b")]
    [InlineData("\u001b[2J")]
    public async Task Nobody_is_named_like_a_part_of_the_verifier_or_with_signs_that_are_not_seen(string name) =>
        Assert.Equal(2, (await AdminAsync("token", "add", name, "--role", "viewer")).ExitCode);

    [Fact]
    public async Task A_name_is_given_once()
    {
        await AddAsync("alice", "--role", "viewer");
        Assert.NotEqual(0, (await AdminAsync("token", "add", "alice", "--role", "admin")).ExitCode);
    }

    private async Task<string> AddAsync(string name, params string[] more)
    {
        var added = await AdminAsync(["token", "add", name, .. more]);
        Assert.True(added.ExitCode == 0, added.Errors);
        return added.Output.Trim();
    }

    private Task<Cli.Shype> AdminAsync(params string[] arguments) => Cli.Shype.RunAsync(_verifier.For("admin"), null, arguments);

    private async Task<Cli.Shype> AsAsync(string token, params string[] arguments)
    {
        await File.WriteAllTextAsync(_scratch["token"], token, Now);
        File.SetUnixFileMode(_scratch["token"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return await Cli.Shype.RunAsync(new Dictionary<string, string>(_verifier.For("operator")) { ["SHYPE_TOKEN_FILE"] = _scratch["token"] }, null, arguments);
    }

    private async Task<HttpStatusCode> StatusAsync(string token)
    {
        using var response = await _verifier.Client(token).GetAsync("/v1/hosts", Now);
        return response.StatusCode;
    }
}
