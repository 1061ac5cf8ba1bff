using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Npgsql;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Store;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests.Replicas;

/// <summary>What was begun, shown or decided at one verifier, at another.</summary>
[Collection(TwoNodesGroup.Name)]
public sealed class SharedStateTests(TwoNodes nodes)
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task K06_an_enrolment_that_began_at_one_ends_at_the_other_once_right_or_wrong()
    {
        using var tpm = new SoftwareTpm();
        var challenge = await BeginAsync(nodes.A, tpm, "begun-here");
        Assert.Equal(HttpStatusCode.OK, await ActivateAsync(nodes.B, challenge, tpm.Answer(challenge)));
        Assert.Equal(HttpStatusCode.NotFound, await ActivateAsync(nodes.A, challenge, tpm.Answer(challenge)));
        Assert.Equal(HttpStatusCode.NotFound, await ActivateAsync(nodes.B, challenge, tpm.Answer(challenge)));

        var wrong = await BeginAsync(nodes.B, tpm, "begun-here");
        Assert.Equal(HttpStatusCode.Forbidden, await ActivateAsync(nodes.A, wrong, new EnrolmentActivation { Proof = new byte[32] }));
        Assert.Equal(HttpStatusCode.NotFound, await ActivateAsync(nodes.B, wrong, tpm.Answer(wrong)));
    }

    [Fact]
    public async Task K06_of_two_answers_at_two_verifiers_at_once_one_counts()
    {
        using var tpm = new SoftwareTpm();
        for (var i = 0; i < 10; i++)
        {
            var challenge = await BeginAsync(nodes.A, tpm, "at-once");
            var statuses = await Task.WhenAll(new[] { nodes.A, nodes.B, nodes.A, nodes.B }.Select(node => ActivateAsync(node, challenge, tpm.Answer(challenge))));
            Assert.Equal((1, 3), (statuses.Count(status => status == HttpStatusCode.OK), statuses.Count(status => status == HttpStatusCode.NotFound)));
        }
    }

    [Fact]
    public async Task K07_whoever_changes_a_half_finished_enrolment_in_the_database_gains_nothing()
    {
        using var tpm = new SoftwareTpm();
        using var other = new SoftwareTpm();
        var (mine, theirs) = (await BeginAsync(nodes.A, tpm, "victim"), await BeginAsync(nodes.A, other, "attacker"));
        await using var connection = new NpgsqlConnection(nodes.Database + ";Pooling=false");
        await connection.OpenAsync(Now);
        await using var swap = new NpgsqlCommand($"UPDATE pending_enrolments SET request = (SELECT request FROM pending_enrolments WHERE id = '{mine.EnrolmentId}') WHERE id = '{theirs.EnrolmentId}'", connection);
        Assert.Equal(1, await swap.ExecuteNonQueryAsync(Now));
        Assert.Equal(HttpStatusCode.Forbidden, await ActivateAsync(nodes.B, theirs, other.Answer(theirs)));
        Assert.Equal(HttpStatusCode.OK, await ActivateAsync(nodes.B, mine, tpm.Answer(mine)));
    }

    [Fact]
    public async Task R03_Q07_the_same_evidence_at_both_at_once_is_accepted_once()
    {
        var enrolled = await nodes.HostAsync("twice");
        var (atA, atB) = (nodes.A.Agent(enrolled), nodes.B.Agent(enrolled));
        for (var i = 0; i < 10; i++)
        {
            var evidence = enrolled.Host.Answer(await atA.ChallengeAsync()).Encode();
            var tokens = await Task.WhenAll(atA.TokenAsync(evidence), atB.TokenAsync(evidence));
            Assert.Single(tokens, token => !Payload(token).Contains("quote-replayed", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task R03_a_host_that_failed_at_one_is_failed_at_the_other()
    {
        var enrolled = await nodes.HostAsync("failed");
        var bad = enrolled.Host.Answer(await nodes.A.Agent(enrolled).ChallengeAsync()) with { Log = LogSuffix.Empty };
        await nodes.A.Agent(enrolled).TokenAsync(bad.Encode());
        Assert.Contains("earlier-failure-in-this-boot", Payload(await nodes.B.Agent(enrolled).AttestAsync()), StringComparison.Ordinal);
        await using var serving = await nodes.A.Agent(enrolled).ServeAsync();
        using var asked = await nodes.B.AskAsync("host/failed", new byte[8]);
        Assert.Contains("earlier-failure-in-this-boot", Payload(await asked.Content.ReadAsStringAsync(Now)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_authority_that_one_added_vouches_at_the_other_and_one_that_was_removed_does_not()
    {
        var vendor = new VirtualVendor("Vendor of later");
        using var tpm = new SoftwareTpm();
        var request = tpm.Request(vendor, "of-later");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await EnrolAsync(nodes.B, request));
        using var added = await nodes.A.Operator.PostAsJsonAsync("/v1/trust", new TrustAddition { Certificate = vendor.Root }, ProtocolJson.Default.TrustAddition, Now);
        var authority = (await added.Content.ReadFromJsonAsync(ProtocolJson.Default.TrustChanged, Now))!.Authority;
        await TwoNodes.UntilAsync(async () => await EnrolAsync(nodes.B, request) == HttpStatusCode.OK);

        using var removed = await nodes.A.Operator.DeleteAsync($"/v1/trust/{authority.Fingerprint}", Now);
        Assert.Equal(HttpStatusCode.OK, removed.StatusCode);
        await TwoNodes.UntilAsync(async () => await EnrolAsync(nodes.B, request) == HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task An_appraisal_policy_that_one_was_given_judges_at_the_other()
    {
        var enrolled = await nodes.HostAsync("judged");
        await PutPolicyAsync(0, "");
        await TwoNodes.UntilAsync(async () => (await nodes.B.Operator.PostAsJsonAsync("/v1/hosts/judged/group", new GroupRequest { Group = "strict" }, ProtocolJson.Default.GroupRequest, Now)).StatusCode == HttpStatusCode.OK);
        Assert.DoesNotContain("configuration-demand-violated", Payload(await nodes.B.Agent(enrolled).AttestAsync()), StringComparison.Ordinal);
        await PutPolicyAsync(1, "isolation: {guarantees: [{enforced-by: hypervisor}]}\n");
        await TwoNodes.UntilAsync(async () => Payload(await nodes.B.Agent(enrolled).AttestAsync()).Contains("configuration-demand-violated", StringComparison.Ordinal));
    }

    [Fact]
    public async Task R05_a_token_of_one_opens_the_other_until_it_is_taken_away()
    {
        using var admin = nodes.A.Client(await nodes.A.TokenAsync("admin"));
        using var made = await admin.PostAsJsonAsync("/v1/tokens", new TokenRequest { Name = "carla", Role = "viewer" }, ProtocolJson.Default.TokenRequest, Now);
        var token = System.Text.Json.JsonDocument.Parse(await made.Content.ReadAsStringAsync(Now)).RootElement.GetProperty("token").GetString();
        using var viewer = nodes.B.Client(token);
        await TwoNodes.UntilAsync(async () => (await viewer.GetAsync("/v1/hosts", Now)).StatusCode == HttpStatusCode.OK);
        using var removed = await admin.DeleteAsync("/v1/tokens/carla", Now);
        Assert.True(removed.IsSuccessStatusCode);
        await TwoNodes.UntilAsync(async () => (await viewer.GetAsync("/v1/hosts", Now)).StatusCode == HttpStatusCode.Unauthorized);
    }

    private async Task PutPolicyAsync(int version, string rules)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/appraisal-policies/strict");
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes("format: 1\nname: p\ngroup: strict\n" + rules));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Yaml);
        request.Headers.TryAddWithoutValidation("If-Match", $"\"{version}\"");
        using var put = await nodes.A.Operator.SendAsync(request, Now);
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync(Now));
    }

    private async Task<EnrolmentChallenge> BeginAsync(Node node, SoftwareTpm tpm, string name)
    {
        using var begun = await node.Anonymous.PostAsJsonAsync("/v1/enrol", tpm.Request(nodes.Vendor, name), ProtocolJson.Default.EnrolmentRequest, Now);
        Assert.Equal(HttpStatusCode.OK, begun.StatusCode);
        return (await begun.Content.ReadFromJsonAsync(ProtocolJson.Default.EnrolmentChallenge, Now))!;
    }

    private static async Task<HttpStatusCode> EnrolAsync(Node node, EnrolmentRequest request)
    {
        using var begun = await node.Anonymous.PostAsJsonAsync("/v1/enrol", request, ProtocolJson.Default.EnrolmentRequest, Now);
        return begun.StatusCode;
    }

    private static async Task<HttpStatusCode> ActivateAsync(Node node, EnrolmentChallenge challenge, EnrolmentActivation answer)
    {
        using var done = await node.Anonymous.PostAsJsonAsync($"/v1/enrol/{challenge.EnrolmentId}/activate", answer, ProtocolJson.Default.EnrolmentActivation, Now);
        return done.StatusCode;
    }

    private static string Payload(string token) => Encoding.UTF8.GetString(Base64UrlText.TryDecode(token.Split('.')[1], out var bytes) ? bytes : []);
}
