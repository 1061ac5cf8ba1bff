using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.ServiceTests.Cli;

/// <summary><c>shype doctor</c> against the running verifier: all well, and then each thing wrong in turn.</summary>
public sealed class DoctorTests : IAsyncLifetime
{
    private readonly ScratchFolder _scratch = new();
    private RunningVerifier _verifier = null!;

    public async ValueTask InitializeAsync() => _verifier = await RunningVerifier.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _verifier.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task Where_all_is_well_it_says_so_and_whose_the_token_is()
    {
        await File.WriteAllBytesAsync(_scratch["references.json"], ReferenceSet.Encode(VirtualReferences.Document), TestContext.Current.CancellationToken);
        Assert.Equal(0, (await InProcess.RunAsync(_verifier, ["reference", "set", _scratch["references.json"]], cancellationToken: TestContext.Current.CancellationToken)).ExitCode);
        await _verifier.AddHostAsync("hv1");
        var run = await _verifier.OperatorAsync("doctor");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.EndsWith("\n0 wrong, 0 warnings, 12 ok\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("token: the token is an operator's\n", run.Output, StringComparison.Ordinal);
        await SaysAsync(0, "token", "ok", "an admin's");
        await SaysAsync(0, "token", "ok", "a relying party's", environment => environment["SHYPE_TOKEN_FILE"] = Token("relying-party"));
        var viewer = await InProcess.RunAsync(_verifier, ["token", "add", "eve", "--role", "viewer", "--json"], cancellationToken: TestContext.Current.CancellationToken);
        await SaysAsync(0, "token", "ok", "a viewer's", environment => environment["SHYPE_TOKEN_FILE"] = Write("viewer.token", viewer.Json.GetProperty("token").GetString()!));
    }

    [Fact]
    public async Task What_is_missing_or_wrong_on_this_side_is_told_with_what_to_do()
    {
        await SaysAsync(1, "address", "wrong", "no verifier was named", environment => environment.Remove("SHYPE_SERVER"));
        await SaysAsync(1, "address", "wrong", "https://HOST:PORT", environment => environment["SHYPE_SERVER"] = "http://verifier");
        await SaysAsync(1, "ca", "wrong", "cannot be read", environment => environment["SHYPE_CA"] = _scratch["nothing.pem"]);
        await SaysAsync(1, "credentials", "wrong", "no access token was given", environment => environment.Remove("SHYPE_TOKEN_FILE"));
        await SaysAsync(1, "token", "wrong", "does not know this token", environment => environment["SHYPE_TOKEN_FILE"] = Write("wrong.token", "bm9ib2R5"));
        var open = Write("open.token", "bm9ib2R5");
        File.SetUnixFileMode(open, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        await SaysAsync(1, "credentials", "wrong", "can be read or changed by others", environment => environment["SHYPE_TOKEN_FILE"] = open);
    }

    [Fact]
    public async Task A_verifier_that_is_not_there_another_one_or_of_another_time_is_told_apart()
    {
        await SaysAsync(1, "connection", "wrong", "cannot be reached", environment => environment["SHYPE_SERVER"] = "https://127.0.0.1:1");
        await using var other = await RunningVerifier.StartAsync();
        await SaysAsync(1, "tls", "wrong", "does not chain to", environment => environment["SHYPE_SERVER"] = other.Address.ToString());
        await SaysAsync(1, "clock", "wrong", " s ahead of the verifier's", clock: new FakeTimeProvider(DateTimeOffset.UtcNow.AddMinutes(10)));
        await SaysAsync(1, "tls", "wrong", "expired at", clock: new FakeTimeProvider(DateTimeOffset.UtcNow.AddYears(10)));
    }

    [Fact]
    public async Task What_keeps_hosts_from_being_affirmed_is_a_warning()
    {
        await _verifier.AddHostAsync("hv1", HostState.Pending);
        await SaysAsync(0, "references", "warning", "no hypervisor is called good");
        await SaysAsync(0, "hosts", "warning", "waiting for approval: 1 (shype host list --state pending)");
    }

    [Fact]
    public async Task A_verifier_that_is_not_ready_says_why_to_whoever_may_look()
    {
        await using (var other = new SqliteConnection($"Data Source={Path.Combine(_verifier.State, "verifier.db")};Pooling=False"))
        {
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await using var change = other.CreateCommand();
            change.CommandText = "PRAGMA user_version = 9999";
            await change.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await SaysAsync(1, "ready", "wrong", "not ready to work (503); schema: ");
        await SaysAsync(1, "ready", "wrong", "not ready to work (503)", environment => environment["SHYPE_TOKEN_FILE"] = Token("relying-party"));
    }

    private string Token(string role) => Path.Combine(_verifier.State, role + ".token");

    private string Write(string name, string token)
    {
        File.WriteAllText(_scratch[name], token);
        File.SetUnixFileMode(_scratch[name], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return _scratch[name];
    }

    private async Task SaysAsync(
        int exitCode, string name, string state, string text, Action<Dictionary<string, string>>? change = null, TimeProvider? clock = null)
    {
        var run = await InProcess.RunAsync(_verifier, ["doctor", "--json"], clock, change, TestContext.Current.CancellationToken);
        Assert.True(run.ExitCode == exitCode, run.Output + run.Errors);
        Assert.Equal(exitCode == 0, run.Json.GetProperty("healthy").GetBoolean());
        var check = Assert.Single(run.Json.GetProperty("checks").EnumerateArray(), found => found.GetProperty("name").GetString() == name);
        Assert.Equal(state, check.GetProperty("state").GetString());
        Assert.Contains(text, check.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(state != "ok", check.TryGetProperty("advice", out _));
    }
}
