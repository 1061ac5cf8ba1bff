using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.ServiceTests.Cli;

/// <summary>Hosts and references, administered by the real command line against the running verifier.</summary>
public sealed class AdministrationTests : IAsyncLifetime
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
    public async Task A_host_is_listed_shown_approved_and_revoked()
    {
        var (id, _) = await _verifier.AddHostAsync("hv1", HostState.Pending);
        await _verifier.AddHostAsync("hv2");

        var pending = await _verifier.OperatorAsync("host", "list", "--state", "pending", "--json");
        Assert.Equal((0, ""), (pending.ExitCode, pending.Errors));
        Assert.Equal(id, Assert.Single(pending.Json.GetProperty("hosts").EnumerateArray()).GetProperty("id").GetString());
        var list = await _verifier.OperatorAsync("host", "list");
        Assert.Matches("hv1 +" + id + " +default +pending +none +never +not connected +0\n", list.Output);
        Assert.Contains("hv2", list.Output, StringComparison.Ordinal);

        var approved = await _verifier.OperatorAsync("host", "approve", "hv1", "--json");
        Assert.Equal("enrolled", approved.Json.GetProperty("host").GetProperty("state").GetString());
        var revoked = await _verifier.OperatorAsync("host", "revoke", id, "--reason", "stolen\u001b[2J");
        Assert.Equal(0, revoked.ExitCode);
        var shown = await _verifier.OperatorAsync("host", "show", "hv1");
        Assert.Matches("state +revoked\n +reason +stolen\\\\u001b\\[2J\n", shown.Output);
        Assert.Contains("CN=Vendor", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task References_are_replaced_only_by_who_has_seen_them()
    {
        await File.WriteAllBytesAsync(_scratch["references.json"], ReferenceSet.Encode(VirtualReferences.Document), TestContext.Current.CancellationToken);
        var set = await _verifier.OperatorAsync("reference", "set", _scratch["references.json"]);
        Assert.Equal((0, ""), (set.ExitCode, set.Errors));
        Assert.StartsWith("in force: version \"", set.Output, StringComparison.Ordinal);

        var shown = await _verifier.OperatorAsync("reference", "show");
        Assert.Equal(0, shown.ExitCode);
        Assert.True(ReferenceSet.TryRead(System.Text.Encoding.UTF8.GetBytes(shown.Output), out var read, out var problem), problem?.ToString());
        Assert.Equal(VirtualReferences.Set.Digest.ToArray(), read.Digest.ToArray());

        // R17: another administrator was faster.
        var late = await _verifier.OperatorAsync("reference", "set", _scratch["references.json"], "--replaces", "0");
        Assert.Equal(1, late.ExitCode);
        Assert.StartsWith("error: somebody else changed it meanwhile", late.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reference_document_that_is_wrong_is_named_with_its_member_and_not_sent()
    {
        await File.WriteAllTextAsync(_scratch["references.json"], """{"format":1,"hypervisors":[{"name":7}]}""", TestContext.Current.CancellationToken);
        var refused = await _verifier.OperatorAsync("reference", "set", _scratch["references.json"]);
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("$.hypervisors[0].name at byte", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_asked_is_exit_code_3_with_what_to_do()
    {
        await SaysAsync("the verifier knows nothing under this name", await _verifier.OperatorAsync("host", "show", "nobody"));
        await SaysAsync("this access token does not allow it", await _verifier.RelyingPartyAsync("host", "list"));

        var stranger = _verifier.For("operator");
        await File.WriteAllTextAsync(_scratch["wrong.token"], "bm9ib2R5\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(_scratch["wrong.token"], UnixFileMode.UserRead);
        await SaysAsync("the verifier does not know this access token", await Shype.RunAsync(stranger, null, "host", "list", "--token-file", _scratch["wrong.token"]));
        await SaysAsync("cannot be asked", await Shype.RunAsync(stranger, null, "host", "list", "--server", "https://127.0.0.1:1"));

        static Task SaysAsync(string text, Shype run)
        {
            Assert.Equal((3, ""), (run.ExitCode, run.Output));
            Assert.Contains(text, run.Errors, StringComparison.Ordinal);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A01_a_verifier_with_another_certificate_gets_no_token()
    {
        await using var impostor = await RunningVerifier.StartAsync();
        var environment = _verifier.For("operator");
        environment["SHYPE_SERVER"] = impostor.Address.ToString();
        var refused = await Shype.RunAsync(environment, null, "host", "list");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("did not show a certificate that chains to", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task R20_a_token_that_others_can_read_is_refused_and_never_shown()
    {
        var token = _verifier.For("operator")["SHYPE_TOKEN_FILE"];
        File.Copy(token, _scratch["open.token"]);
        File.SetUnixFileMode(_scratch["open.token"], UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var refused = await _verifier.OperatorAsync("host", "list", "--token-file", _scratch["open.token"]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("chmod 600", refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain((await File.ReadAllTextAsync(token, TestContext.Current.CancellationToken)).Trim(), refused.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../references")]
    [InlineData("a/b?c#d")]
    [InlineData("%2e%2e")]
    public async Task R16_no_name_leads_to_another_address(string name)
    {
        var run = await _verifier.OperatorAsync("host", "show", name);
        Assert.Contains(run.ExitCode, new[] { 2, 3 });
        Assert.Matches("cannot be a name|knows nothing under this name", run.Errors);
    }
}
