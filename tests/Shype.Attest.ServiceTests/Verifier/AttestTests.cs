using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Wire;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>Evidence in, verdicts out, and those who ask for them: against the running verifier.</summary>
public sealed class AttestTests : IAsyncLifetime
{
    private RunningVerifier _verifier = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _verifier = await RunningVerifier.StartAsync();

    public ValueTask DisposeAsync() => _verifier.DisposeAsync();

    [Fact]
    public async Task A_good_host_gets_a_signed_verdict_about_itself_and_its_VMs_and_the_operator_sees_it()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        var token = await agent.AttestAsync();
        var result = await VerifyAsync(token, null);
        Assert.Equal(new HashSet<string>(["host", "vm/" + VirtualVms.Web.Uuid, "vm/" + VirtualVms.Database.Uuid]), result.Submods.Keys.ToHashSet());
        Assert.All(result.Submods.Values, part => Assert.DoesNotContain(part.Findings!, finding => finding.Severity == "failure"));
        Assert.Equal("alpha", result.Submods["host"].Host!.Name);

        var client = _verifier.Operator();
        var detail = (await client.GetFromJsonAsync("/v1/hosts/alpha", ProtocolJson.Default.HostDetail, Now))!;
        Assert.Equal((result.Submods["host"].Status, agent.Host.BootId, 2, false), (detail.Host.Status, detail.Host.Boot, detail.Host.Vms, detail.Host.Connected));
        Assert.Equal(["db", "web"], detail.Vms.Select(vm => vm.Name));
        Assert.Equal(token, await client.GetStringAsync("/v1/hosts/alpha/verdict", Now));
    }

    [Fact]
    public async Task Evidence_that_is_wrong_is_200_with_a_verdict_that_says_no()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        var other = await _verifier.BootHostAsync("beta");
        var challenge = await agent.ChallengeAsync();
        await RefusedAsync(agent, agent.Host.Answer(challenge, quote => quote with { ExtraData = new byte[32] }), "nonce-mismatch");
        await RefusedAsync(agent, agent.Host.Answer(challenge) with { QuoteSignature = other.Host.Answer(challenge).QuoteSignature }, "quote-signature-invalid");
        await RefusedAsync(agent, agent.Host.Answer(await other.ChallengeAsync()), "challenge-not-ours");
        Assert.Equal(HttpStatusCode.OK, (await _verifier.Operator().GetAsync("/healthz/ready", Now)).StatusCode);
    }

    [Fact]
    public async Task Q07_the_same_evidence_a_second_time_is_a_replay_also_after_a_restart()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var folder = Directory.CreateTempSubdirectory("shype-verifier-").FullName;
        try
        {
            var first = await RunningVerifier.StartAsync(clock: clock, folder: folder);
            var agent = await first.BootHostAsync("alpha");
            var evidence = agent.Host.Answer(await agent.ChallengeAsync()).Encode();
            await agent.TokenAsync(evidence);
            Assert.Contains("quote-replayed", Findings(await VerifyAsync(await agent.TokenAsync(evidence), null, first)));
            var authorization = agent.Client.DefaultRequestHeaders.Authorization;
            await first.DisposeAsync();

            await using var second = await RunningVerifier.StartAsync(clock: clock, folder: folder, vendor: first.Vendor);
            agent = new VirtualAgent(agent.Host, second.Client(authorization!.Parameter));
            Assert.Contains("quote-replayed", Findings(await VerifyAsync(await agent.TokenAsync(evidence), null, second)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task What_the_verifier_has_is_not_sent_again()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        await agent.AttestAsync();
        var challenge = await agent.ChallengeAsync();
        Assert.Equal((agent.Host.BootId, (ulong)agent.Host.Records.Count), (challenge.Known.BootId, challenge.Known.NextRecord));
        Assert.Equal([Convert.ToHexStringLower(SHA256.HashData(VirtualPolicies.Banks))], challenge.KnownPolicies);
        agent.Host.Start(VirtualVms.BankA);
        var evidence = agent.Host.Answer(challenge);
        Assert.Null(evidence.Policy);
        Assert.Null(evidence.FirmwareLog);
        var result = await VerifyAsync(await agent.TokenAsync(evidence.Encode()), null);
        Assert.Equal(4, result.Submods.Count);
        Assert.DoesNotContain("policy-not-available", Findings(result));
    }

    [Theory]
    [InlineData("not CBOR at all")]
    [InlineData("trailing byte")]
    [InlineData("cut")]
    public async Task Q03_evidence_that_cannot_be_read_is_400_with_member_and_byte(string defect)
    {
        var agent = await _verifier.BootHostAsync("alpha");
        var good = agent.Host.Answer(await agent.ChallengeAsync()).Encode();
        byte[] bad = defect switch { "trailing byte" => [.. good, 0], "cut" => good[..^1], _ => "hello"u8.ToArray() };
        using var response = await agent.SendAsync(bad);
        var problem = await Answer.ProblemAsync(response);
        Assert.Equal((HttpStatusCode.BadRequest, ProblemTypes.Malformed), (response.StatusCode, problem.Type));
        Assert.NotNull(problem.Member);
        Assert.NotNull(problem.Offset);
        await agent.TokenAsync(good);
    }

    [Fact]
    public async Task An_asker_gets_a_fresh_verdict_with_the_own_nonce_about_a_VM_by_name_and_by_uuid_and_about_the_host()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        await using var serving = await agent.ServeAsync();
        foreach (var (address, parts) in (IEnumerable<(string, string[])>)
        [
            ("vm/web", ["host", "vm/" + VirtualVms.Web.Uuid]),
            ("vm/" + VirtualVms.Web.Uuid, ["host", "vm/" + VirtualVms.Web.Uuid]),
            ("host/alpha", ["host", "vm/" + VirtualVms.Web.Uuid, "vm/" + VirtualVms.Database.Uuid]),
            ("host/" + agent.Host.Id, ["host", "vm/" + VirtualVms.Web.Uuid, "vm/" + VirtualVms.Database.Uuid]),
        ])
        {
            var nonce = RandomNumberGenerator.GetBytes(16);
            var result = await VerifyAsync(await TokenAsync(address, nonce), nonce);
            Assert.Equal(parts.ToHashSet(), result.Submods.Keys.ToHashSet());
        }

        Assert.InRange(await serving.StopAsync(), 4, 5);
    }

    [Fact]
    public async Task P06_many_who_ask_at_once_each_get_their_own_nonce_signed()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        await agent.AttestAsync();
        await using var serving = await agent.ServeAsync();
        var nonces = Enumerable.Range(0, 200).Select(_ => RandomNumberGenerator.GetBytes(32)).ToList();
        var tokens = await Task.WhenAll(nonces.Select(nonce => TokenAsync("vm/web", nonce)));
        for (var i = 0; i < nonces.Count; i++)
        {
            await VerifyAsync(tokens[i], nonces[i]);
        }

        Assert.InRange(await serving.StopAsync(), 1, 199);
    }

    [Fact]
    public async Task R02_a_verdict_that_is_kept_is_never_the_answer_to_a_question()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        await agent.AttestAsync();
        foreach (var address in (string[])["vm/web", "host/alpha"])
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, ProblemTypes.HostNotConnected), await ProblemAsync(address));
        }
    }

    [Fact]
    public async Task R02_a_host_that_is_silent_is_no_yes()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var verifier = await RunningVerifier.StartAsync(clock: clock);
        var agent = await verifier.BootHostAsync("alpha");
        using var connection = await agent.ConnectAsync();
        await using var challenges = connection.Challenges().GetAsyncEnumerator(Now);
        var asked = ProblemAsync("host/alpha", verifier);
        Assert.True(await challenges.MoveNextAsync());
        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal((HttpStatusCode.GatewayTimeout, ProblemTypes.HostDidNotAnswer), await asked);
    }

    [Fact]
    public async Task R02_evidence_for_an_older_challenge_does_not_answer_a_question()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        var older = agent.Host.Answer(await agent.ChallengeAsync()).Encode();
        using var connection = await agent.ConnectAsync();
        await using var challenges = connection.Challenges().GetAsyncEnumerator(Now);
        var nonce = RandomNumberGenerator.GetBytes(8);
        var asked = TokenAsync("host/alpha", nonce);
        Assert.True(await challenges.MoveNextAsync());
        await agent.TokenAsync(older);
        Assert.False(asked.IsCompleted);
        await agent.TokenAsync(agent.Host.Answer(challenges.Current).Encode());
        await VerifyAsync(await asked, nonce);
    }

    [Fact]
    public async Task A_VM_that_started_after_its_host_last_spoke_is_found()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        await using var serving = await agent.ServeAsync();
        await TokenAsync("vm/web", new byte[8]);
        agent.Host.Start(VirtualVms.BankA);
        Assert.Contains("vm/" + VirtualVms.BankA.Uuid, (await VerifyAsync(await TokenAsync("vm/bank-a", new byte[8]), new byte[8])).Submods.Keys);
        agent.Host.Stop(VirtualVms.BankA.Uuid);
        Assert.Equal((HttpStatusCode.NotFound, ProblemTypes.VmUnknown), await ProblemAsync("vm/bank-a"));
        Assert.Equal((HttpStatusCode.NotFound, ProblemTypes.VmUnknown), await ProblemAsync("vm/never"));
    }

    [Fact]
    public async Task A_VM_that_two_hosts_claim_is_ambiguous_until_one_of_them_is_revoked()
    {
        var (alpha, beta) = (await _verifier.BootHostAsync("alpha"), await _verifier.BootHostAsync("beta"));
        await using var first = await alpha.ServeAsync();
        await using var second = await beta.ServeAsync();
        await alpha.AttestAsync();
        await beta.AttestAsync();
        Assert.Equal((HttpStatusCode.Conflict, ProblemTypes.VmAmbiguous), await ProblemAsync("vm/web"));
        using var revoked = await _verifier.Operator().PostAsJsonAsync(
            "/v1/hosts/beta/revoke", new RevokeRequest { Reason = "claims VMs of others" }, ProtocolJson.Default.RevokeRequest, Now);
        Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        var result = await VerifyAsync(await TokenAsync("vm/web", new byte[8]), new byte[8]);
        Assert.Equal("alpha", result.Submods["host"].Host!.Name);
        // The revoked host's connection was ended by the verifier.
        await second.StopAsync();
        Assert.False(_verifier.Service<LiveHosts>().IsConnected(beta.Host.Id));
    }

    [Fact]
    public async Task R03_a_host_that_failed_stays_failed_in_this_boot_also_after_a_restart_of_the_verifier()
    {
        var folder = Directory.CreateTempSubdirectory("shype-verifier-").FullName;
        try
        {
            var first = await RunningVerifier.StartAsync(folder: folder);
            var agent = await first.BootHostAsync("alpha", spec => spec with { Hypervisor = spec.Hypervisor! with { CommandLine = "evil" } });
            Assert.Equal(TrustTier.Contraindicated, (await VerifyAsync(await agent.AttestAsync(evidence => evidence with { Log = LogSuffix.Empty }), null, first)).Status);
            Assert.Contains("earlier-failure-in-this-boot", Findings(await VerifyAsync(await agent.AttestAsync(), null, first)));
            var token = agent.Client.DefaultRequestHeaders.Authorization!.Parameter;
            await first.DisposeAsync();

            await using var second = await RunningVerifier.StartAsync(folder: folder, vendor: first.Vendor);
            agent = new VirtualAgent(agent.Host, second.Client(token));
            Assert.Contains("earlier-failure-in-this-boot", Findings(await VerifyAsync(await agent.AttestAsync(), null, second)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task R03_a_failed_host_does_not_shed_its_failure_with_a_new_attestation_key()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        await agent.AttestAsync(evidence => evidence with { Log = LogSuffix.Empty });
        var hosts = _verifier.Service<HostDirectory>();
        var record = hosts.Find("alpha")!.Record;
        var ak = new VirtualAk(AkKind.EcdsaP256);
        var rotated = record with { AkPublic = TpmWire.ToSizedBytes(ak.Public), AkName = ak.Name.Bytes.ToArray(), State = HostState.Enrolled };
        var outcome = await hosts.EnrolAsync(new HostEnrolment { Host = rotated, At = DateTimeOffset.UtcNow }, Now);
        Assert.Equal((EnrolmentVerdict.Renewed, HostState.Pending), (outcome.Verdict, outcome.Host!.State));
        Assert.Equal(HostState.Pending, hosts.Find("alpha")!.Record.State);
    }

    [Fact]
    public async Task A_good_host_with_a_new_attestation_key_is_appraised_from_the_start()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        await agent.AttestAsync();
        var hosts = _verifier.Service<HostDirectory>();
        var ak = new VirtualAk(AkKind.EcdsaP256);
        var rotated = hosts.Find("alpha")!.Record with { AkPublic = TpmWire.ToSizedBytes(ak.Public), AkName = ak.Name.Bytes.ToArray() };
        Assert.Equal(HostState.Enrolled, (await hosts.EnrolAsync(new HostEnrolment { Host = rotated, At = DateTimeOffset.UtcNow }, Now)).Host!.State);
        await RefusedAsync(agent, agent.Host.Answer(await agent.ChallengeAsync()), "quote-signature-invalid");
        agent.Host.Tpm.Ak = ak;
        Assert.Equal(0UL, (await agent.ChallengeAsync()).Known.NextRecord);
        Assert.DoesNotContain((await VerifyAsync(await agent.AttestAsync(), null)).Submods["host"].Findings!, finding => finding.Severity == "failure");
    }

    [Fact]
    public async Task R04_R13_a_host_whose_past_cannot_be_read_is_not_trusted_and_others_are_served()
    {
        var folder = Directory.CreateTempSubdirectory("shype-verifier-").FullName;
        try
        {
            var first = await RunningVerifier.StartAsync(folder: folder);
            var (alpha, beta) = (await first.BootHostAsync("alpha"), await first.BootHostAsync("beta"));
            await alpha.AttestAsync();
            await beta.AttestAsync();
            var challenge = await alpha.ChallengeAsync();
            var (alphaToken, betaToken) = (alpha.Client.DefaultRequestHeaders.Authorization!.Parameter, beta.Client.DefaultRequestHeaders.Authorization!.Parameter);
            await first.DisposeAsync();
            Spoil(Path.Combine(first.State, "verifier.db"), alpha.Host.Id);

            await using var second = await RunningVerifier.StartAsync(folder: folder, vendor: first.Vendor);
            alpha = new VirtualAgent(alpha.Host, second.Client(alphaToken));
            beta = new VirtualAgent(beta.Host, second.Client(betaToken));
            using var response = await alpha.SendAsync(alpha.Host.Answer(challenge).Encode());
            Assert.Equal((HttpStatusCode.InternalServerError, ProblemTypes.Internal), (response.StatusCode, (await Answer.ProblemAsync(response)).Type));
            Assert.Equal(TrustTier.Affirming, (await VerifyAsync(await beta.AttestAsync(), null, second)).Submods["host"].Status);

            var verdict = await VerifyAsync(await second.Operator().GetStringAsync("/v1/hosts/alpha/verdict", Now), null, second);
            Assert.Equal((TrustTier.None, TrustVector.All(-1)), (verdict.Status, verdict.Submods["host"].TrustVector));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task R08_one_host_cannot_have_more_than_a_few_messages_read_at_once()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        var host = _verifier.Service<HostDirectory>().Find("alpha")!;
        var places = Enumerable.Range(0, 4).Select(_ => host.TryTakePlace()!).ToList();
        using var refused = await agent.SendAsync(agent.Host.Answer(await agent.ChallengeAsync()).Encode());
        Assert.Equal((HttpStatusCode.TooManyRequests, ProblemTypes.TooMany), (refused.StatusCode, (await Answer.ProblemAsync(refused)).Type));
        places.ForEach(place => place.Dispose());
        await agent.AttestAsync();
    }

    [Fact]
    public async Task Hosts_are_listed_in_pages_and_by_state()
    {
        for (var i = 0; i < 1001; i++)
        {
            await _verifier.AddHostAsync($"host-{i}", i == 500 ? HostState.Pending : HostState.Enrolled);
        }

        var client = _verifier.Operator();
        var first = (await client.GetFromJsonAsync("/v1/hosts", ProtocolJson.Default.HostList, Now))!;
        var second = (await client.GetFromJsonAsync("/v1/hosts?after=" + first.Next, ProtocolJson.Default.HostList, Now))!;
        Assert.Equal((1000, 1, null), (first.Hosts.Count, second.Hosts.Count, second.Next));
        Assert.Equal(1001, first.Hosts.Concat(second.Hosts).DistinctBy(host => host.Id).Count());
        Assert.Equal("host-500", Assert.Single((await client.GetFromJsonAsync("/v1/hosts?state=pending", ProtocolJson.Default.HostList, Now))!.Hosts).Name);
        Assert.Empty((await client.GetFromJsonAsync("/v1/hosts?after=zzz", ProtocolJson.Default.HostList, Now))!.Hosts);
        using var wrong = await client.GetAsync("/v1/hosts?state=good", Now);
        Assert.Equal("state", (await Answer.ProblemAsync(wrong)).Member);
    }

    private static void Spoil(string database, string hostId)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE host_memories SET memory = x'00ff' WHERE host_id = $id";
        command.Parameters.AddWithValue("$id", hostId);
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private async Task RefusedAsync(VirtualAgent agent, Evidence evidence, string code)
    {
        var result = await VerifyAsync(await agent.TokenAsync(evidence.Encode()), null);
        Assert.Equal(TrustTier.Contraindicated, result.Status);
        Assert.Contains(code, Findings(result));
    }

    private async Task<string> TokenAsync(string address, byte[] nonce)
    {
        using var response = await _verifier.RelyingParty().PostAsJsonAsync("/v1/attest/" + address, new AttestRequest { Nonce = nonce }, ProtocolJson.Default.AttestRequest, Now);
        var body = await response.Content.ReadAsStringAsync(Now);
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        return body;
    }

    private async Task<(HttpStatusCode Status, string Type)> ProblemAsync(string address, RunningVerifier? verifier = null)
    {
        using var response = await (verifier ?? _verifier).RelyingParty().PostAsJsonAsync(
            "/v1/attest/" + address, new AttestRequest { Nonce = new byte[8] }, ProtocolJson.Default.AttestRequest, Now);
        return (response.StatusCode, (await Answer.ProblemAsync(response)).Type);
    }

    private static IEnumerable<string> Findings(AttestationResult result) => result.Submods["host"].Findings!.Select(finding => finding.Code);

    private async Task<AttestationResult> VerifyAsync(string token, byte[]? nonce, RunningVerifier? verifier = null)
    {
        verifier ??= _verifier;
        var keys = await verifier.Anonymous().GetByteArrayAsync("/.well-known/jwks.json", Now);
        Assert.True(JsonWebKeySet.TryRead(keys, out var set, out _));
        var expected = new TokenExpectation { Now = verifier.Service<TimeProvider>().GetUtcNow(), Nonce = nonce };
        Assert.True(ResultToken.TryVerify(token, set, expected, out var result, out var problem), problem?.Detail);
        return result;
    }
}
