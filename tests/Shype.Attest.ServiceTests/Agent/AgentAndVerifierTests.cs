using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Cli;
using Shype.Attest.ServiceTests.Operations;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;
using Shype.Attest.TpmSim.Manufacturing;
using Xunit;

namespace Shype.Attest.ServiceTests.Agent;

/// <summary>The real agent with a certified TPM, and the real verifier, over TLS.</summary>
public sealed class AgentAndVerifierTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shype-verifier-").FullName;
    private CertificateAuthority _authority = null!;
    private RunningVerifier _verifier = null!;
    private AgentHost _host = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _authority = CertificateAuthority.Open(Path.Combine(_folder, "ca"));
        var roots = Directory.CreateDirectory(Path.Combine(_folder, "roots")).FullName;
        File.Copy(_authority.RootPath, Path.Combine(roots, "sim-root.pem"));
        File.Copy(_authority.IntermediatePath, Path.Combine(roots, "sim-intermediate.pem"));
        _verifier = await RunningVerifier.StartAsync(new { RequireApproval = false }, folder: _folder);
        _host = new AgentHost(_authority, ima: new Dictionary<string, ReadOnlyMemory<byte>> { ["/sbin/init"] = "init"u8.ToArray(), ["/bin/sh"] = "sh"u8.ToArray() });
        Configure();
    }

    public async ValueTask DisposeAsync()
    {
        _host.Dispose();
        await _verifier.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("rsassa")]
    [InlineData("rsapss")]
    [InlineData("ecdsa-p256")]
    [InlineData("ecdsa-p384")]
    public async Task A_host_that_enrolled_and_measured_what_is_known_good_is_affirmed(string kind)
    {
        Configure($"ak: {kind}");
        Assert.StartsWith("host-a is host ", await _host.Run("enrol"), StringComparison.Ordinal);
        await _host.Run("measure", "boot");
        await _host.Run("vm", "start", "a");
        await KnowAsGood();
        var (code, output, errors) = await _host.Try("attest");
        Assert.True(code == 0, output + errors);
        Assert.StartsWith("affirming: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_attestation_key_takes_the_place_of_the_one_before_and_the_host_is_affirmed_with_it()
    {
        await _host.Run("enrol");
        await _host.Run("measure", "boot");
        await _host.Run("vm", "start", "a");
        await KnowAsGood();
        var before = await File.ReadAllBytesAsync(_host["state/ak.key"], Now);
        await _host.Run("rotate-key");
        Assert.NotEqual(before, await File.ReadAllBytesAsync(_host["state/ak.key"], Now));
        var (code, output, errors) = await _host.Try("attest");
        Assert.True(code == 0, output + errors);

        // As after a kill between the verifier's word and the agent's disk: the verifier has the new key, the agent the one before.
        await File.WriteAllBytesAsync(_host["state/ak.key"], before, Now);
        Assert.NotEqual(0, (await _host.Try("attest")).Code);
        await _host.Run("enrol");
        Assert.Equal(0, (await _host.Try("attest")).Code);
    }

    [Fact]
    public async Task An_invitation_that_others_can_read_is_not_used_and_one_that_does_not_hold_is_refused_by_name()
    {
        await File.WriteAllTextAsync(_host["invitation"], "guessed\n", Now);
        File.SetUnixFileMode(_host["invitation"], UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Configure("enrolment-token-file: invitation");
        var (code, _, errors) = await _host.Try("enrol");
        Assert.Equal(2, code);
        Assert.Contains("others can read this token", errors, StringComparison.Ordinal);
        File.SetUnixFileMode(_host["invitation"], UnixFileMode.UserRead);
        (code, _, errors) = await _host.Try("enrol");
        Assert.NotEqual(0, code);
        Assert.Contains("The invitation is unknown", errors, StringComparison.Ordinal);

        var invited = await _verifier.OperatorAsync("host", "invite", "--group", "default");
        File.Delete(_host["invitation"]);
        await File.WriteAllTextAsync(_host["invitation"], invited.Output, Now);
        File.SetUnixFileMode(_host["invitation"], UnixFileMode.UserRead);
        Assert.Contains("enrolled", await _host.Run("enrol"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_known_good_is_said_in_plain_words_and_is_no_yes()
    {
        await _host.Run("enrol");
        await _host.Run("measure", "boot");
        var (code, output, _) = await _host.Try("attest");
        Assert.Equal(1, code);
        Assert.Contains("failure hypervisor-", output, StringComparison.Ordinal);
        Assert.DoesNotContain("quote-", output, StringComparison.Ordinal);
        Assert.DoesNotContain("failure log-", output, StringComparison.Ordinal);

        using var json = JsonDocument.Parse((await _host.Try("attest", "--json")).Output);
        Assert.NotEqual("affirming", json.RootElement.GetProperty("status").GetString());
        using var status = JsonDocument.Parse(await _host.Run("status", "--json"));
        Assert.Equal(json.RootElement.GetProperty("status").GetString(), status.RootElement.GetProperty("lastVerdict").GetString());
    }

    [Fact]
    public async Task L01_a_log_that_lost_its_tail_and_was_made_to_look_fresh_is_refused()
    {
        await _host.Run("enrol");
        await _host.Run("measure", "boot");
        await _host.Run("vm", "start", "a");
        await KnowAsGood();
        File.Delete(_host.Log);
        await _host.Run("measure", "boot");
        var (code, output, _) = await _host.Try("attest");
        Assert.Equal(1, code);
        Assert.Contains("contraindicated", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task L13_a_host_that_shows_its_IMA_list_is_judged_by_it_and_an_edited_list_is_refused()
    {
        Configure($"ima-log: {_host.Platform.ImaListPath}");
        await _host.Run("enrol");
        await _host.Run("measure", "boot");
        await KnowAsGood();
        Assert.StartsWith("affirming: ", await _host.Run("attest"), StringComparison.Ordinal);

        _host.Platform.Load(list => list.AddFile("/bin/ls", AlgorithmId.Sha256, AlgorithmId.Sha256.Hash("ls"u8)));
        Assert.StartsWith("affirming: ", await _host.Run("attest"), StringComparison.Ordinal);

        _host.Platform.Load(list => list.AddViolation("/tmp/x"));
        var (code, output, _) = await _host.Try("attest");
        Assert.Equal(1, code);
        Assert.Contains("warning ima-violation", output, StringComparison.Ordinal);

        // Whoever owns the host hides the last entry.
        var list = await File.ReadAllBytesAsync(_host.Platform.ImaListPath, Now);
        _host.Platform.Load(list => list.AddFile("/tmp/evil", AlgorithmId.Sha256, AlgorithmId.Sha256.Hash("evil"u8)));
        await File.WriteAllBytesAsync(_host.Platform.ImaListPath, list, Now);
        (code, output, _) = await _host.Try("attest");
        Assert.Equal(1, code);
        Assert.Contains("failure ima-log-mismatch", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enrolled_again_it_is_the_same_host_and_its_token_is_for_nobody_elses_eyes()
    {
        using var first = JsonDocument.Parse(await _host.Run("enrol", "--json"));
        using var second = JsonDocument.Parse(await _host.Run("enrol", "--json"));
        Assert.Equal(first.RootElement.GetProperty("hostId").GetString(), second.RootElement.GetProperty("hostId").GetString());
        Assert.Equal("enrolled", second.RootElement.GetProperty("state").GetString());

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_host["state/enrolment.json"]));
        File.SetUnixFileMode(_host["state/enrolment.json"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var (code, _, errors) = await _host.Try("attest");
        Assert.Equal(3, code);
        Assert.Contains("can be read by others; chmod 600", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task K09_a_TPM_of_a_maker_that_is_not_believed_is_refused_with_the_finding()
    {
        using var other = new AgentHost();
        other.Configure(VerifierSettings);
        var (code, _, errors) = await other.Try("enrol");
        Assert.Equal(1, code);
        Assert.Contains("ek-", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(other["state/enrolment.json"]));
    }

    [Fact]
    public async Task A_running_agent_answers_whoever_asks_and_ends_in_order()
    {
        await _host.Run("enrol");
        await _host.Run("measure", "boot");
        await _host.Run("vm", "start", "a");
        await KnowAsGood();
        using var manager = new ServiceManager(_host["notify"], watchdogMilliseconds: 400);
        _host.Environment = manager.Environment;
        using var agent = _host.Start("serve");
        var ended = agent.StandardError.ReadToEndAsync(Now);
        Assert.Equal("READY=1", (await manager.HearAsync(Now))[0]);
        await manager.HearUntilAsync("WATCHDOG=1", Now);
        await Connected();

        for (var i = 0; i < 3; i++)
        {
            var nonce = RandomNumberGenerator.GetBytes(16);
            using var response = await _verifier.RelyingParty().PostAsJsonAsync(
                "/v1/attest/vm/a", new AttestRequest { Nonce = nonce }, ProtocolJson.Default.AttestRequest, Now);
            var token = await response.Content.ReadAsStringAsync(Now);
            Assert.True(response.IsSuccessStatusCode, token);
            Assert.Contains($"\"eat_nonce\":\"{Base64UrlText.Encode(nonce)}\"", Claims(token), StringComparison.Ordinal);
            Assert.Contains("\"ear.status\":\"affirming\"", Claims(token), StringComparison.Ordinal);
        }

        // While it serves, a VM can be started all the same.
        await _host.Run("vm", "stop", "a");
        Assert.Equal(0, kill(agent.Id, Terminate));
        await manager.HearUntilAsync("STOPPING=1", Now);
        await agent.WaitForExitAsync(Now);
        Assert.Equal(0, agent.ExitCode);
        Assert.Contains("Attested: affirming", await ended, StringComparison.Ordinal);
    }

    [Fact]
    public async Task V09_whoever_asks_gets_answers_to_what_it_demands_with_witnesses_and_nothing_that_others_demand()
    {
        await _host.Run("enrol");
        await _host.Run("measure", "boot");
        await _host.Run("vm", "start", "a");
        await KnowAsGood();
        using var agent = _host.Start("serve");
        var ended = agent.StandardError.ReadToEndAsync(Now);
        await Connected();

        // All at once, so that they may share a quote.
        var asked = await Task.WhenAll(
            Demanding("holds", """{"mediators": ["SystemManagement", "Clearing"], "guarantees": [{"no-flow": {"from": "Bank.A", "to": "Bank.B"}}, {"enforced-by": "gate"}]}"""),
            Demanding("violated", """{"guarantees": [{"no-flow": {"from": "Bank.A", "to": "Bank.B", "except-through": ["SystemManagement"]}}]}"""),
            Demanding("unknown", """{"guarantees": [{"label-is": {"vm": "b", "label": "Bank.B"}}]}"""),
            _verifier.RelyingPartyAsync("vm", "attest", "a"));
        Assert.Equal([0, 1, 1, 0], asked.Select(run => run.ExitCode));
        Assert.Contains("holds no-flow (gated, demanded by asker)", asked[0].Output, StringComparison.Ordinal);
        Assert.Contains("violated no-flow (violated, demanded by asker)", asked[1].Output, StringComparison.Ordinal);
        Assert.Contains("path: Bank.A -> Clearing -> Bank.B", asked[1].Output, StringComparison.Ordinal);
        Assert.Contains("failure isolation-demand-violated (guarantees[0])", asked[1].Output, StringComparison.Ordinal);
        Assert.Contains("unknown label-is (unknown, demanded by asker)", asked[2].Output, StringComparison.Ordinal);
        Assert.Contains("warning demand-not-proven (guarantees[0])", asked[2].Output, StringComparison.Ordinal);
        Assert.DoesNotContain("demanded by", asked[3].Output, StringComparison.Ordinal);
        Assert.All(["holds", "violated", "unknown"], name => ResultSchema.CheckToken(File.ReadAllText(_host[name + ".jwt"]).Trim()));

        using var refused = await _verifier.RelyingParty().PostAsync(
            "/v1/attest/vm/a", new StringContent("""{"nonce": "AAECAwQFBgc", "guarantees": [{"no-flow": {"from": "a", "to": 1}}]}""", null, MediaTypes.Json), Now);
        Assert.Equal((400, MediaTypes.ProblemJson), ((int)refused.StatusCode, refused.Content.Headers.ContentType?.MediaType));
        Assert.Contains("$.guarantees[0].no-flow.to", await refused.Content.ReadAsStringAsync(Now), StringComparison.Ordinal);

        Assert.Equal(0, kill(agent.Id, Terminate));
        await agent.WaitForExitAsync(Now);
        await ended;
    }

    private async Task<Cli.Shype> Demanding(string name, string demands)
    {
        await File.WriteAllTextAsync(_host[name + ".json"], demands, Now);
        return await _verifier.RelyingPartyAsync("vm", "attest", "a", "--guarantees", _host[name + ".json"], "--token-out", _host[name + ".jwt"]);
    }

    [Fact]
    public async Task A_revoked_host_learns_that_it_is_refused()
    {
        await _host.Run("enrol");
        using var response = await _verifier.Operator().PostAsJsonAsync(
            "/v1/hosts/host-a/revoke", new RevokeRequest { Reason = "sold" }, ProtocolJson.Default.RevokeRequest, Now);
        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal(1, (await _host.Try("attest")).Code);
        Assert.Equal(1, (await _host.Try("enrol")).Code);
    }

    private string VerifierSettings => $"verifier: {{url: \"{_verifier.Address}\", ca: {Path.Combine(_verifier.State, "tls", "cert.pem")}}}";

    private void Configure(string settings = "") => _host.Configure($"{VerifierSettings}\n{settings}");

    // What the log says now is what the operator calls good.
    private async Task KnowAsGood()
    {
        var contents = _host.Records().Select(record => record.Measurement).ToList();
        var document = new ReferenceDocument
        {
            Format = 1,
            Hypervisors = [VirtualReferences.Of(contents.OfType<HypervisorContent>().Last())],
            Agents = [new AgentReference { Name = "agent", Digest = contents.OfType<BootContent>().Last().AgentDigest }],
            Policies = [new PolicyReference { Name = "banks", CanonicalDigest = contents.OfType<PolicyContent>().Last().CanonicalDigest!.Value }],
            Vms = [.. contents.OfType<VmStartContent>().Select(vm => VirtualReferences.Of(vm) with { MayBeMutable = true })],
        };
        Assert.True(ReferenceSet.TryCreate(document, out var set, out var problem), problem?.ToString());
        var current = _verifier.Service<Shype.Attest.Verifier.Attestation.CurrentReferences>();
        await current.ReplaceAsync(set, current.Current.Version, "test", DateTimeOffset.UtcNow, Now);
    }

    private async Task Connected()
    {
        while (true)
        {
            var detail = await _verifier.Operator().GetFromJsonAsync("/v1/hosts/host-a", ProtocolJson.Default.HostDetail, Now);
            if (detail!.Host.Connected)
            {
                return;
            }

            await Task.Delay(50, Now);
        }
    }

    private static string Claims(string token)
    {
        Assert.True(Base64UrlText.TryDecode(token.Split('.')[1], out var claims));
        return System.Text.Encoding.UTF8.GetString(claims);
    }

    private const int Terminate = 15;

    [DllImport("libc")]
    private static extern int kill(int process, int signal);
}
