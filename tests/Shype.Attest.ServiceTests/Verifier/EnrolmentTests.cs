using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Shype.Attest.Verifier.Enrolment;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>Enrolment under attack (threat rows K06 to K08, K13 to K15), against the running verifier.</summary>
public sealed class EnrolmentTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private RunningVerifier _verifier = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _verifier = await RunningVerifier.StartAsync(new { EnrolmentsPerMinute = 1_000_000, MaxPendingEnrolments = 50, RequireApproval = false }, _clock);

    public ValueTask DisposeAsync() => _verifier.DisposeAsync();

    [Fact]
    public async Task A_TPM_that_opens_the_credential_is_taken_in_and_its_agent_speaks_for_the_host()
    {
        using var tpm = new SoftwareTpm();
        var challenge = await BeginAsync(tpm, "alpha");
        Assert.Equal(HostIds.Of(tpm.EkDigest), challenge.HostId);
        var result = await ActivateAsync<EnrolmentResult>(challenge.EnrolmentId, tpm.Answer(challenge));
        Assert.Equal((challenge.HostId, HostState.Enrolled), (result.HostId, result.State));

        var agent = _verifier.Client(EnrolmentProof.AgentToken(tpm.Open(challenge), result.HostId));
        using var response = await agent.GetAsync($"/v1/hosts/{result.HostId}/challenge", Now);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var asked = await response.Content.ReadFromJsonAsync(ProtocolJson.Default.Challenge, Now);
        Assert.Equal(ChallengeNonce.Size, asked!.Nonce.Length);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], Assert.Single(asked.Pcrs).Pcrs);
        Assert.Equal(0UL, asked.Known.NextRecord);
    }

    [Fact]
    public async Task A_new_host_waits_for_approval_where_that_is_demanded()
    {
        await using var strict = await RunningVerifier.StartAsync();
        using var tpm = new SoftwareTpm();
        var challenge = await BeginAsync(tpm, "alpha", strict);
        using var response = await strict.Anonymous().PostAsJsonAsync(
            $"/v1/enrol/{challenge.EnrolmentId}/activate", tpm.Answer(challenge), ProtocolJson.Default.EnrolmentActivation, Now);
        Assert.Equal(HostState.Pending, (await response.Content.ReadFromJsonAsync(ProtocolJson.Default.EnrolmentResult, Now))!.State);

        var agent = strict.Client(EnrolmentProof.AgentToken(tpm.Open(challenge), challenge.HostId));
        using var early = await agent.GetAsync($"/v1/hosts/{challenge.HostId}/challenge", Now);
        Assert.Equal(ProblemTypes.HostPending, (await Answer.ProblemAsync(early)).Type);
        using var approved = await strict.Operator().PostAsync("/v1/hosts/alpha/approve", null, Now);
        var detail = await approved.Content.ReadFromJsonAsync(ProtocolJson.Default.HostDetail, Now);
        Assert.Equal((HostState.Enrolled, "alpha"), (detail!.Host.State, detail.Host.Name));
        using var now = await agent.GetAsync($"/v1/hosts/{challenge.HostId}/challenge", Now);
        Assert.Equal(HttpStatusCode.OK, now.StatusCode);
    }

    [Fact]
    public async Task K06_an_enrolment_is_answered_once_right_or_wrong()
    {
        using var tpm = new SoftwareTpm();
        var wrong = await BeginAsync(tpm, "alpha");
        var problem = await ActivateAsync<ProblemDocument>(wrong.EnrolmentId, new EnrolmentActivation { Proof = new byte[32] });
        Assert.Equal(ProblemTypes.ActivationFailed, problem.Type);
        Assert.DoesNotContain(Convert.ToHexStringLower(tpm.Open(wrong)), problem.Detail, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(ProblemTypes.EnrolmentUnknown, (await ActivateAsync<ProblemDocument>(wrong.EnrolmentId, tpm.Answer(wrong))).Type);

        var right = await BeginAsync(tpm, "alpha");
        await ActivateAsync<EnrolmentResult>(right.EnrolmentId, tpm.Answer(right));
        Assert.Equal(ProblemTypes.EnrolmentUnknown, (await ActivateAsync<ProblemDocument>(right.EnrolmentId, tpm.Answer(right))).Type);
    }

    [Fact]
    public async Task K06_an_answer_to_another_enrolment_is_refused()
    {
        using var tpm = new SoftwareTpm();
        var (first, second) = (await BeginAsync(tpm, "alpha"), await BeginAsync(tpm, "alpha"));
        Assert.Equal(ProblemTypes.ActivationFailed, (await ActivateAsync<ProblemDocument>(second.EnrolmentId, tpm.Answer(first))).Type);
        Assert.Equal(ProblemTypes.EnrolmentUnknown, (await ActivateAsync<ProblemDocument>(second.EnrolmentId, tpm.Answer(second))).Type);
        await ActivateAsync<EnrolmentResult>(first.EnrolmentId, tpm.Answer(first));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public async Task K06_a_proof_of_another_length_is_refused(int length)
    {
        using var tpm = new SoftwareTpm();
        var challenge = await BeginAsync(tpm, "alpha");
        byte[] longer = [.. tpm.Answer(challenge).Proof, 0];
        Assert.Equal(ProblemTypes.ActivationFailed,
            (await ActivateAsync<ProblemDocument>(challenge.EnrolmentId, new EnrolmentActivation { Proof = longer[..length] })).Type);
    }

    [Fact]
    public async Task K06_a_late_answer_is_refused_at_the_second()
    {
        using var tpm = new SoftwareTpm();
        var (inTime, late) = (await BeginAsync(tpm, "alpha"), await BeginAsync(tpm, "alpha"));
        _clock.Advance(TimeSpan.FromMinutes(2));
        await ActivateAsync<EnrolmentResult>(inTime.EnrolmentId, tpm.Answer(inTime));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(ProblemTypes.EnrolmentUnknown, (await ActivateAsync<ProblemDocument>(late.EnrolmentId, tpm.Answer(late))).Type);
    }

    [Fact]
    public async Task K07_the_attestation_key_that_was_proven_is_the_one_that_is_kept()
    {
        using var tpm = new SoftwareTpm();
        using var swapped = tpm.WithNewAttestationKey();
        var challenge = await BeginAsync(tpm, "alpha");
        // A credential for one key is worthless for another: the name is in its HMAC.
        var secret = tpm.Open(challenge);
        var proof = EnrolmentProof.Proof(secret, challenge.EnrolmentId, swapped.AkName.Bytes.Span, swapped.EkDigest);
        Assert.Equal(ProblemTypes.ActivationFailed,
            (await ActivateAsync<ProblemDocument>(challenge.EnrolmentId, new EnrolmentActivation { Proof = proof })).Type);

        var again = await BeginAsync(tpm, "alpha");
        await ActivateAsync<EnrolmentResult>(again.EnrolmentId, tpm.Answer(again));
        Assert.Equal(tpm.AkName.ToString(), (await DetailAsync("alpha")).AkName);
    }

    [Fact]
    public async Task The_same_TPM_with_a_new_attestation_key_stays_the_same_host_and_the_old_agents_token_dies()
    {
        using var tpm = new SoftwareTpm();
        using var rotated = tpm.WithNewAttestationKey();
        var first = await BeginAsync(tpm, "alpha");
        await ActivateAsync<EnrolmentResult>(first.EnrolmentId, tpm.Answer(first));
        var old = _verifier.Client(EnrolmentProof.AgentToken(tpm.Open(first), first.HostId));
        var second = await BeginAsync(rotated, "alpha");
        await ActivateAsync<EnrolmentResult>(second.EnrolmentId, rotated.Answer(second));
        Assert.Equal(first.HostId, second.HostId);
        Assert.Equal(rotated.AkName.ToString(), (await DetailAsync(first.HostId)).AkName);
        using var response = await old.GetAsync($"/v1/hosts/{first.HostId}/challenge", Now);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task K08_a_name_that_another_TPM_has_is_refused_and_so_is_a_known_TPM_under_another_name()
    {
        using var tpm = new SoftwareTpm();
        using var other = new SoftwareTpm();
        var first = await BeginAsync(tpm, "alpha");
        await ActivateAsync<EnrolmentResult>(first.EnrolmentId, tpm.Answer(first));

        var taken = await BeginAsync(other, "alpha");
        Assert.Equal(ProblemTypes.HostNameTaken, (await ActivateAsync<ProblemDocument>(taken.EnrolmentId, other.Answer(taken))).Type);
        var renamed = await BeginAsync(tpm, "beta");
        Assert.Equal(ProblemTypes.EnrolmentRefused, (await ActivateAsync<ProblemDocument>(renamed.EnrolmentId, tpm.Answer(renamed))).Type);
        Assert.Equal(tpm.AkName.ToString(), (await DetailAsync("alpha")).AkName);
        Assert.Single((await _verifier.Operator().GetFromJsonAsync("/v1/hosts", ProtocolJson.Default.HostList, Now))!.Hosts);
    }

    [Fact]
    public async Task K08_a_host_cannot_be_named_like_anothers_id()
    {
        using var tpm = new SoftwareTpm();
        var problem = await RefusedAsync(tpm.Request(_verifier.Vendor, new string('a', 32)));
        Assert.Contains(problem.Findings!, finding => finding.Code == "host-name-refused");
    }

    [Fact]
    public async Task K13_a_revoked_host_that_enrols_anew_is_refused()
    {
        using var tpm = new SoftwareTpm();
        var first = await BeginAsync(tpm, "alpha");
        await ActivateAsync<EnrolmentResult>(first.EnrolmentId, tpm.Answer(first));
        using var revoked = await _verifier.Operator().PostAsJsonAsync(
            "/v1/hosts/alpha/revoke", new RevokeRequest { Reason = "stolen" }, ProtocolJson.Default.RevokeRequest, Now);
        Assert.Equal("stolen", (await revoked.Content.ReadFromJsonAsync(ProtocolJson.Default.HostDetail, Now))!.Reason);
        foreach (var keys in (SoftwareTpm[])[tpm, tpm.WithNewAttestationKey()])
        {
            var again = await BeginAsync(keys, "alpha");
            Assert.Equal(ProblemTypes.HostRevoked, (await ActivateAsync<ProblemDocument>(again.EnrolmentId, keys.Answer(again))).Type);
        }
    }

    [Theory]
    [InlineData("K09", "another vendor", "ek-certificate-untrusted")]
    [InlineData("K09", "a root of the vendor's name", "ek-certificate-signature-invalid")]
    [InlineData("K09", "no certificate", "ek-certificate-missing")]
    [InlineData("K04", "another TPM's certificate", "ek-certificate-key-mismatch")]
    [InlineData("K14", "name with a newline", "host-name-refused")]
    [InlineData("K14", "name with ANSI", "host-name-refused")]
    [InlineData("K14", "name that climbs", "host-name-refused")]
    [InlineData("K14", "name of SQL", "host-name-refused")]
    [InlineData("K01", "key that is not restricted", "ak-attributes-refused")]
    public async Task Keys_certificates_and_names_that_do_not_bear_it_are_refused_with_their_finding(string row, string what, string code)
    {
        using var tpm = new SoftwareTpm();
        using var other = new SoftwareTpm();
        var good = tpm.Request(_verifier.Vendor, "alpha");
        var bad = what switch
        {
            "another vendor" => tpm.Request(new Testing.VirtualVendor("Another"), "alpha"),
            "a root of the vendor's name" => tpm.Request(new Testing.VirtualVendor(), "alpha"),
            "no certificate" => good with { EkCertificates = [] },
            "another TPM's certificate" => good with { EkCertificates = other.Request(_verifier.Vendor, "alpha").EkCertificates },
            "name with a newline" => good with { HostName = "al\npha" },
            "name with ANSI" => good with { HostName = "\u001b[2Jalpha" },
            "name that climbs" => good with { HostName = "../../etc/passwd" },
            "name of SQL" => good with { HostName = "a'; DROP TABLE hosts; --" },
            _ => good with
            {
                AkPublic = TpmWire.ToSizedBytes(tpm.AkPublic with { Attributes = tpm.AkPublic.Attributes & ~ObjectAttributes.Restricted }),
            },
        };
        var problem = await RefusedAsync(bad);
        Assert.True(problem.Findings!.Any(finding => finding.Code == code), $"{row}: {string.Join(' ', problem.Findings!.Select(finding => finding.Code))}");
        Assert.Equal(0, _verifier.Service<PendingEnrolments>().Count);
    }

    [Fact]
    public async Task K15_ten_thousand_half_finished_enrolments_keep_little_and_others_are_served()
    {
        // Half-finished as the service leaves them; the certificate checks before that would only cost the test time.
        using var flood = new SoftwareTpm();
        var pending = _verifier.Service<PendingEnrolments>();
        for (var i = 0; i < 10_000; i++)
        {
            await pending.AddAsync(new PendingEnrolment($"flood {i}", flood.Request("flood", []), _clock.GetUtcNow().AddMinutes(2)), _clock.GetUtcNow(), Now);
        }

        Assert.Equal(50, pending.Count);
        using var tpm = new SoftwareTpm();
        var challenge = await BeginAsync(tpm, "alpha");
        await ActivateAsync<EnrolmentResult>(challenge.EnrolmentId, tpm.Answer(challenge));
        _clock.Advance(TimeSpan.FromMinutes(3));
        await BeginAsync(tpm, "alpha");
        Assert.Equal(1, pending.Count);
    }

    [Fact]
    public async Task K15_one_address_cannot_ask_without_end()
    {
        await using var strict = await RunningVerifier.StartAsync(new { EnrolmentsPerMinute = 6 });
        var client = strict.Anonymous();
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 12; i++)
        {
            using var response = await client.PostAsync("/v1/enrol", new StringContent("{}"), Now);
            statuses.Add(response.StatusCode);
        }

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, statuses[0]);
        Assert.Equal(HttpStatusCode.TooManyRequests, statuses[^1]);
        using var keys = await client.GetAsync("/.well-known/jwks.json", Now);
        Assert.Equal(HttpStatusCode.OK, keys.StatusCode);
    }

    private async Task<EnrolmentChallenge> BeginAsync(SoftwareTpm tpm, string name, RunningVerifier? verifier = null)
    {
        verifier ??= _verifier;
        using var response = await verifier.Anonymous().PostAsJsonAsync(
            "/v1/enrol", tpm.Request(verifier.Vendor, name), ProtocolJson.Default.EnrolmentRequest, Now);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Now));
        return (await response.Content.ReadFromJsonAsync(ProtocolJson.Default.EnrolmentChallenge, Now))!;
    }

    private async Task<ProblemDocument> RefusedAsync(EnrolmentRequest request)
    {
        using var response = await _verifier.Anonymous().PostAsJsonAsync("/v1/enrol", request, ProtocolJson.Default.EnrolmentRequest, Now);
        var problem = await Answer.ProblemAsync(response);
        Assert.Equal(ProblemTypes.EnrolmentRefused, problem.Type);
        return problem;
    }

    private async Task<T> ActivateAsync<T>(string enrolmentId, EnrolmentActivation activation)
        where T : class
    {
        using var response = await _verifier.Anonymous().PostAsJsonAsync(
            $"/v1/enrol/{enrolmentId}/activate", activation, ProtocolJson.Default.EnrolmentActivation, Now);
        if (typeof(T) == typeof(ProblemDocument))
        {
            return (T)(object)await Answer.ProblemAsync(response);
        }

        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Now));
        return (T)(object)(await response.Content.ReadFromJsonAsync(ProtocolJson.Default.EnrolmentResult, Now))!;
    }

    private async Task<HostDetail> DetailAsync(string name) =>
        (await _verifier.Operator().GetFromJsonAsync($"/v1/hosts/{name}", ProtocolJson.Default.HostDetail, Now))!;
}
