using System.Net;
using System.Security.Cryptography;
using Npgsql;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Store;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.ServiceTests.Replicas;

/// <summary>A relying party asks one verifier about a host whose agent is connected to another.</summary>
[Collection(TwoNodesGroup.Name)]
public sealed class AskingTests(TwoNodes nodes)
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_answer_is_fresh_with_the_askers_nonce_whichever_verifier_gets_the_evidence(bool evidenceGoesToTheAsked)
    {
        var enrolled = await nodes.HostAsync($"fresh-{evidenceGoesToTheAsked}");
        var agent = nodes.B.Agent(enrolled, evidenceTo: evidenceGoesToTheAsked ? nodes.A : null);
        await using var serving = await agent.ServeAsync();
        var web = "vm/" + VirtualVms.Web.Uuid;
        var nonce = RandomNumberGenerator.GetBytes(16);
        var result = await AskAsync(nodes.A, "host/" + enrolled.Host.Name, nonce);
        Assert.Equal((TrustTier.Affirming, true), (result.Submods["host"].Status, result.Submods.ContainsKey(web)));
        // A stale verdict would still show the VM.
        enrolled.Host.Stop(VirtualVms.Web.Uuid);
        Assert.DoesNotContain(web, (await AskAsync(nodes.A, "host/" + enrolled.Host.Name, new byte[8])).Submods.Keys);
        Assert.DoesNotContain(web, (await AskAsync(nodes.B, "host/" + enrolled.Host.Name, new byte[8])).Submods.Keys);
        Assert.Equal(3, await serving.StopAsync());
    }

    [Fact]
    public async Task Those_who_wait_where_the_agent_is_connected_get_their_answer_when_the_evidence_goes_elsewhere()
    {
        var enrolled = await nodes.HostAsync("elsewhere");
        await using var serving = await nodes.B.Agent(enrolled, evidenceTo: nodes.A).ServeAsync();
        var nonce = RandomNumberGenerator.GetBytes(8);
        Assert.Equal(TrustTier.Affirming, (await AskAsync(nodes.B, "host/elsewhere", nonce)).Submods["host"].Status);
    }

    [Fact]
    public async Task P06_askers_of_both_share_quotes_and_each_gets_the_own_nonce_and_answers_to_the_own_demands()
    {
        var enrolled = await nodes.HostAsync("shared");
        await using var serving = await nodes.B.Agent(enrolled).ServeAsync();
        var asked = Enumerable.Range(0, 400).Select(async i =>
        {
            var nonce = RandomNumberGenerator.GetBytes(16);
            return (Demands: i % 4, Result: await AskAsync(i % 2 == 0 ? nodes.A : nodes.B, "host/shared", nonce, Guarantees[i % 4]));
        }).ToList();
        foreach (var (demands, result) in await Task.WhenAll(asked))
        {
            var host = result.Submods["host"];
            Assert.Equal(demands == 1 ? TrustTier.Contraindicated : TrustTier.Affirming, host.Status);
            var answers = (host.Guarantees ?? []).Where(guarantee => guarantee.DemandedBy == "asker").ToList();
            Assert.Equal(Guarantees[demands] is null ? 0 : 1, answers.Count);
            Assert.All(answers, answer => Assert.Equal(demands == 1 ? "violated" : "holds", answer.Verdict));
        }

        // "A handful": the first round holds the first asker alone, the next ones all who came meanwhile.
        Assert.InRange(await serving.StopAsync(), 1, 40);
    }

    [Fact]
    public async Task R02_a_host_that_is_connected_nowhere_is_said_to_be_so_and_a_silent_one_is_no_yes()
    {
        var enrolled = await nodes.HostAsync("absent");
        await nodes.B.Agent(enrolled).AttestAsync();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, ProblemTypes.HostNotConnected), await ProblemAsync(nodes.A, "host/absent"));

        using var silent = await nodes.B.Agent(enrolled).ConnectAsync();
        await using var challenges = silent.Challenges().GetAsyncEnumerator(Now);
        var asked = ProblemAsync(nodes.A, "host/absent");
        Assert.True(await challenges.MoveNextAsync());
        // Evidence for another challenge, at either of them, is no answer to it.
        await nodes.A.Agent(enrolled).AttestAsync();
        await nodes.B.Agent(enrolled).AttestAsync();
        Assert.False(asked.IsCompleted);
        silent.Dispose();
        Assert.Equal((HttpStatusCode.GatewayTimeout, ProblemTypes.HostDidNotAnswer), await asked);
    }

    [Fact]
    public async Task Wrong_evidence_is_a_no_with_its_reasons_elsewhere_as_well()
    {
        var enrolled = await nodes.HostAsync("wrong");
        var agent = nodes.B.Agent(enrolled);
        using var connection = await agent.ConnectAsync();
        await using var challenges = connection.Challenges().GetAsyncEnumerator(Now);
        var asked = AskAsync(nodes.A, "host/wrong", new byte[8]);
        Assert.True(await challenges.MoveNextAsync());
        await agent.TokenAsync(enrolled.Host.Answer(challenges.Current, quote => quote with { ExtraData = new byte[32] }).Encode());
        var host = (await asked).Submods["host"];
        Assert.Equal(TrustTier.Contraindicated, host.Status);
        Assert.Contains("nonce-mismatch", host.Findings!.Select(finding => finding.Code));
    }

    [Fact]
    public async Task A_VM_is_found_by_name_and_uuid_also_where_it_started_after_its_host_last_spoke_to_another_verifier()
    {
        var enrolled = await nodes.HostAsync("finder");
        await using var serving = await nodes.B.Agent(enrolled).ServeAsync();
        var vm = VirtualVms.BankA with { Uuid = Guid.Parse("00000000-0000-0000-0000-00000000f1d0") };
        enrolled.Host.Start(vm with { Name = "found-here" });
        foreach (var name in (string[])["found-here", vm.Uuid.ToString()])
        {
            Assert.Contains("vm/" + vm.Uuid, (await AskAsync(nodes.A, "vm/" + name, new byte[8])).Submods.Keys);
        }

        enrolled.Host.Stop(vm.Uuid);
        Assert.Equal((HttpStatusCode.NotFound, ProblemTypes.VmUnknown), await ProblemAsync(nodes.A, "vm/found-here"));
        Assert.Equal((HttpStatusCode.NotFound, ProblemTypes.NotFound), await ProblemAsync(nodes.A, "host/never"));
    }

    [Fact]
    public async Task R14_connections_to_the_database_that_die_are_made_again_and_nothing_is_stale_meanwhile()
    {
        var enrolled = await nodes.HostAsync("cut");
        await using var serving = await nodes.B.Agent(enrolled).ServeAsync();
        await AskAsync(nodes.A, "host/cut", new byte[8]);
        for (var i = 0; i < 5; i++)
        {
            await using (var connection = new NpgsqlConnection(nodes.Database + ";Pooling=false"))
            {
                await connection.OpenAsync(Now);
                await using var cut = new NpgsqlCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'shype-verifier' AND query ~ 'LISTEN|pg_notify|SELECT 1'", connection);
                await cut.ExecuteNonQueryAsync(Now);
            }

            enrolled.Host.Start(VirtualVms.BankA with { Name = $"vm-{i}", Uuid = Guid.Parse($"00000000-0000-0000-0000-0000000ccc0{i}") });
            // A clear reason, or a verdict that knows what happened since.
            using var response = await nodes.A.AskAsync("host/cut", new byte[8]);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                Assert.Contains($"vm-{i}", Payload(await response.Content.ReadAsStringAsync(Now)), StringComparison.Ordinal);
            }

            await TwoNodes.UntilAsync(async () => (await nodes.A.AskAsync("host/cut", new byte[8])).StatusCode == HttpStatusCode.OK);
        }
    }

    private static readonly string?[] Guarantees =
    [
        null,
        """[{"label-is":{"vm":"web","label":"Bank.A"}}]""",
        """[{"label-is":{"vm":"web","label":"Shop.Web"}}]""",
        null,
    ];

    private static async Task<(HttpStatusCode Status, string Type)> ProblemAsync(Node node, string about)
    {
        using var response = await node.AskAsync(about, new byte[8]);
        return (response.StatusCode, (await Answer.ProblemAsync(response)).Type);
    }

    private static async Task<AttestationResult> AskAsync(Node node, string about, byte[] nonce, string? guarantees = null)
    {
        using var response = await node.AskAsync(about, nonce, guarantees);
        var token = await response.Content.ReadAsStringAsync(Now);
        Assert.True(response.StatusCode == HttpStatusCode.OK, token);
        Assert.True(JsonWebKeySet.TryRead(await node.Anonymous.GetByteArrayAsync("/.well-known/jwks.json", Now), out var keys, out _));
        Assert.True(ResultToken.TryVerify(token, keys, new TokenExpectation { Now = DateTimeOffset.UtcNow, Nonce = nonce }, out var result, out var problem), problem?.Detail);
        return result;
    }

    private static string Payload(string token) => System.Text.Encoding.UTF8.GetString(Base64UrlText.TryDecode(token.Split('.')[1], out var bytes) ? bytes : []);
}
