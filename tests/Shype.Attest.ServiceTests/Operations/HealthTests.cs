using System.Net;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Verifier.Signing;
using Xunit;

namespace Shype.Attest.ServiceTests.Operations;

/// <summary>What strangers and operators learn about the state of the verifier. Full disks and absent databases: OutageTests and DurabilityTests.</summary>
public sealed class HealthTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private RunningVerifier _verifier = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _verifier = await RunningVerifier.StartAsync(clock: _clock);

    public ValueTask DisposeAsync() => _verifier.DisposeAsync();

    [Theory]
    [InlineData("/healthz", "live\n")]
    [InlineData("/healthz/live", "live\n")]
    [InlineData("/readyz", "ready\n")]
    [InlineData("/healthz/ready", "ready\n")]
    public async Task Strangers_learn_a_word(string address, string word) => Assert.Equal(word, await _verifier.Anonymous().GetStringAsync(address, Now));

    [Fact]
    public async Task Who_may_look_gets_each_part_with_its_reason_and_others_with_a_token_do_not()
    {
        using var read = JsonDocument.Parse(await _verifier.Operator().GetStringAsync("/readyz", Now));
        Assert.True(read.RootElement.GetProperty("ready").GetBoolean());
        var checks = read.RootElement.GetProperty("checks");
        Assert.Equal(["feed", "schema", "signing", "store"], checks.EnumerateObject().Select(check => check.Name).Order(StringComparer.Ordinal));
        Assert.All(checks.EnumerateObject(), check => Assert.NotEmpty(check.Value.GetProperty("reason").GetString()!));
        Assert.Equal("ready\n", await _verifier.RelyingParty().GetStringAsync("/readyz", Now));
    }

    [Fact]
    public async Task A_schema_that_another_program_changed_makes_it_not_ready_and_is_named_to_operators_alone()
    {
        Assert.Equal(HttpStatusCode.OK, (await _verifier.Anonymous().GetAsync("/readyz", Now)).StatusCode);
        await using (var other = new SqliteConnection($"Data Source={Path.Combine(_verifier.State, "verifier.db")};Pooling=False"))
        {
            await other.OpenAsync(Now);
            await using var change = other.CreateCommand();
            change.CommandText = "PRAGMA user_version = 9999";
            await change.ExecuteNonQueryAsync(Now);
        }

        // Looked at once a second at most, whoever asks.
        Assert.Equal(HttpStatusCode.OK, (await _verifier.Anonymous().GetAsync("/readyz", Now)).StatusCode);
        _clock.Advance(TimeSpan.FromSeconds(1));
        using var stranger = await _verifier.Anonymous().GetAsync("/readyz", Now);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "not ready\n"), (stranger.StatusCode, await stranger.Content.ReadAsStringAsync(Now)));
        using var seen = await _verifier.Operator().GetAsync("/readyz", Now);
        using var report = JsonDocument.Parse(await seen.Content.ReadAsStringAsync(Now));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, seen.StatusCode);
        Assert.Contains("9999", report.RootElement.GetProperty("checks").GetProperty("schema").GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.True(report.RootElement.GetProperty("checks").GetProperty("store").GetProperty("ready").GetBoolean());
    }

    [Fact]
    public void The_signing_key_is_tried_against_the_published_ones() => Assert.Null(_verifier.Service<ResultSigner>().FindFault(_clock.GetUtcNow()));
}
