using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Cli;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>How new hosts come in, and how a name changes hands (threat rows K08, K13), by the real command line and against the running verifier.</summary>
public sealed class AdmissionTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly ScratchFolder _scratch = new();
    private RunningVerifier _verifier = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _verifier = await RunningVerifier.StartAsync(new { EnrolmentsPerMinute = 1_000_000, PinUncertifiedKeys = true }, _clock);

    public async ValueTask DisposeAsync()
    {
        await _verifier.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task A_host_that_nobody_said_anything_about_waits_for_an_operator()
    {
        using var tpm = new SoftwareTpm();
        Assert.Equal(HostState.Pending, await EnrolAsync(tpm, "alpha"));
        Assert.Contains("waits for an operator", await LastDecisionAsync("enrolment"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invitation_lets_as_many_hosts_in_as_it_says_and_none_after_its_end()
    {
        var token = await InviteAsync("--uses", "2");
        using var one = new SoftwareTpm();
        using var two = new SoftwareTpm();
        using var three = new SoftwareTpm();
        Assert.Equal(HostState.Enrolled, await EnrolAsync(one, "alpha", token));
        Assert.Contains("(invitation ", await LastDecisionAsync("enrolment"), StringComparison.Ordinal);
        // The same host again uses nothing up.
        Assert.Equal(HostState.Enrolled, await EnrolAsync(one, "alpha", token));
        Assert.Equal(HostState.Enrolled, await EnrolAsync(two, "beta", token));
        Assert.Equal(ProblemTypes.InvitationRefused, await RefusedAsync(three, "gamma", token));
        Assert.Contains("InvitationRefused", await LastDecisionAsync("enrolment-refused"), StringComparison.Ordinal);

        var late = await InviteAsync();
        _clock.Advance(TimeSpan.FromDays(8));
        Assert.Equal(ProblemTypes.InvitationRefused, await RefusedAsync(three, "gamma", late));
        Assert.Equal(ProblemTypes.InvitationRefused, await RefusedAsync(three, "gamma", "guessed"));
        Assert.Equal(HostState.Pending, await EnrolAsync(three, "gamma"));
    }

    [Fact]
    public async Task An_invitation_that_was_taken_back_lets_nobody_in_and_the_token_is_kept_nowhere()
    {
        var token = await InviteAsync();
        var listed = await _verifier.OperatorAsync("host", "admissions", "--json");
        var id = listed.Json.GetProperty("invitations")[0].GetProperty("id").GetString()!;
        Assert.DoesNotContain(token, listed.Output, StringComparison.Ordinal);
        using var used = new SoftwareTpm();
        Assert.Equal(HostState.Enrolled, await EnrolAsync(used, "alpha", await InviteAsync()));
        Assert.Equal(0, (await _verifier.OperatorAsync("host", "withdraw", id)).ExitCode);
        using var tpm = new SoftwareTpm();
        Assert.Equal(ProblemTypes.InvitationRefused, await RefusedAsync(tpm, "beta", token));
        foreach (var file in Directory.EnumerateFiles(_verifier.State, "verifier.db*"))
        {
            await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(open, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(token, await reader.ReadToEndAsync(Now), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_invitation_does_not_stand_for_the_fingerprint_of_a_key_that_nobody_certified()
    {
        using var tpm = new SoftwareTpm();
        Assert.Equal(HostState.Pending, await EnrolAsync(tpm, "alpha", await InviteAsync(), certified: false));
    }

    [Fact]
    public async Task An_invitation_lets_no_pending_host_in()
    {
        using var tpm = new SoftwareTpm();
        Assert.Equal(HostState.Pending, await EnrolAsync(tpm, "alpha"));
        Assert.Equal(HostState.Pending, await EnrolAsync(tpm, "alpha", await InviteAsync()));
    }

    [Theory]
    [InlineData("key")]
    [InlineData("certificate")]
    [InlineData("serial")]
    [InlineData("uncertified key")]
    public async Task An_expected_TPM_is_let_in_when_it_comes_and_no_other(string by)
    {
        using var tpm = new SoftwareTpm();
        using var other = new SoftwareTpm();
        var request = tpm.Request(_verifier.Vendor, "alpha");
        await File.WriteAllTextAsync(_scratch["list"], "# delivery\n" + by switch
        {
            "certificate" => Convert.ToHexString(SHA256.HashData(request.EkCertificates[0])),
            "serial" => "serial:00" + CertificateFile.Serial(request.EkCertificates[0]),
            _ => Convert.ToHexString(tpm.EkDigest),
        } + " # rack 7\n\n", Now);
        var expected = await _verifier.OperatorAsync("host", "expect", "--group", "default", "--file", _scratch["list"]);
        Assert.Equal((0, ""), (expected.ExitCode, expected.Errors));
        Assert.Equal(HostState.Pending, await EnrolAsync(other, "beta"));
        var certified = by != "uncertified key";
        Assert.Equal(HostState.Enrolled, await EnrolAsync(tpm, "alpha", request: certified ? request : request with { EkCertificates = [] }));
        Assert.Contains("(expected ", await LastDecisionAsync("enrolment"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task K08_a_name_goes_to_another_TPM_only_by_an_operators_word_and_the_old_hosts_history_stays()
    {
        using var old = new SoftwareTpm();
        using var replacement = new SoftwareTpm();
        using var thief = new SoftwareTpm();
        Assert.Equal(HostState.Pending, await EnrolAsync(old, "alpha"));
        Assert.Equal(ProblemTypes.HostNameTaken, await RefusedAsync(replacement, "alpha"));
        Assert.Contains("NameTaken", await LastDecisionAsync("enrolment-refused"), StringComparison.Ordinal);

        Assert.Equal(2, (await _verifier.OperatorAsync("host", "replace", "alpha", "--ek-fingerprint", "12")).ExitCode);
        var replaced = await _verifier.OperatorAsync("host", "replace", "alpha", "--ek-fingerprint", Convert.ToHexStringLower(replacement.EkDigest), "--json");
        Assert.Equal((0, ""), (replaced.ExitCode, replaced.Errors));
        var retired = replaced.Json.GetProperty("host").GetProperty("name").GetString()!;
        Assert.StartsWith("alpha.replaced-", retired, StringComparison.Ordinal);

        // The name is kept for that TPM, and the old one stays out, whatever name it takes.
        Assert.Equal(ProblemTypes.HostNameTaken, await RefusedAsync(thief, "alpha"));
        Assert.Equal(ProblemTypes.HostRevoked, await RefusedAsync(old, "alpha"));
        Assert.Equal(HostState.Enrolled, await EnrolAsync(replacement, "alpha"));
        Assert.Equal("revoked", (await _verifier.OperatorAsync("host", "show", retired, "--json")).Json.GetProperty("host").GetProperty("state").GetString());
        Assert.Equal(Convert.ToHexStringLower(replacement.EkDigest), (await _verifier.OperatorAsync("host", "show", "alpha", "--json")).Json.GetProperty("ekDigest").GetString());
        Assert.Null(await _verifier.Service<IAuditStore>().FindAuditBreakAsync(Now));
        Assert.Equal(1, (await _verifier.OperatorAsync("host", "replace", retired, "--ek-fingerprint", Convert.ToHexStringLower(replacement.EkDigest))).ExitCode);
    }

    [Fact]
    public async Task Another_attestation_key_of_the_same_TPM_is_recorded_with_the_one_before()
    {
        using var tpm = new SoftwareTpm();
        Assert.Equal(HostState.Enrolled, await EnrolAsync(tpm, "alpha", await InviteAsync()));
        using var rotated = tpm.WithNewAttestationKey();
        Assert.Equal(HostState.Enrolled, await EnrolAsync(rotated, "alpha"));
        Assert.Contains($"key rotated from {Convert.ToHexStringLower(tpm.AkName.Bytes.Span)}", await LastDecisionAsync("enrolment"), StringComparison.Ordinal);
    }

    private async Task<string> InviteAsync(params string[] more)
    {
        var invited = await _verifier.OperatorAsync(["host", "invite", "--group", "default", .. more]);
        Assert.Equal(0, invited.ExitCode);
        Assert.Contains("shown this once", invited.Errors, StringComparison.Ordinal);
        return invited.Output.Trim();
    }

    private async Task<string> LastDecisionAsync(string kind) =>
        (await _verifier.Service<IAuditStore>().ReadAuditBeforeAsync(long.MaxValue, null, 50, Now)).First(record => record.Kind == kind).Detail;

    private async Task<HostState> EnrolAsync(SoftwareTpm tpm, string name, string? invitation = null, bool certified = true, EnrolmentRequest? request = null)
    {
        using var response = await ActivateAsync(tpm, request ?? (certified ? tpm.Request(_verifier.Vendor, name) : tpm.Request(name, [])), invitation);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Now));
        return (await response.Content.ReadFromJsonAsync(ProtocolJson.Default.EnrolmentResult, Now))!.State;
    }

    private async Task<string> RefusedAsync(SoftwareTpm tpm, string name, string? invitation = null)
    {
        using var response = await ActivateAsync(tpm, tpm.Request(_verifier.Vendor, name), invitation);
        return (await Answer.ProblemAsync(response)).Type!;
    }

    private async Task<HttpResponseMessage> ActivateAsync(SoftwareTpm tpm, EnrolmentRequest request, string? invitation)
    {
        var client = _verifier.Anonymous();
        using var begun = await client.PostAsJsonAsync("/v1/enrol", request, ProtocolJson.Default.EnrolmentRequest, Now);
        Assert.True(begun.IsSuccessStatusCode, await begun.Content.ReadAsStringAsync(Now));
        var challenge = (await begun.Content.ReadFromJsonAsync(ProtocolJson.Default.EnrolmentChallenge, Now))!;
        return await client.PostAsJsonAsync(
            $"/v1/enrol/{challenge.EnrolmentId}/activate", tpm.Answer(challenge) with { Invitation = invitation }, ProtocolJson.Default.EnrolmentActivation, Now);
    }
}
