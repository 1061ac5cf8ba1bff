using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Cli;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Testing;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>Whose TPMs are believed: operators decide, decisions count at once and outlive a restart; the other ways in.</summary>
public sealed class TrustTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_root_that_an_operator_adds_counts_at_once_and_one_that_is_removed_shows_in_the_next_verdict()
    {
        var verifier = await StartAsync();
        var vendor = new VirtualVendor("Added Vendor");
        await File.WriteAllBytesAsync(_folder["added.der"], vendor.Root, Now);
        using var tpm = new SoftwareTpm();
        var request = tpm.Request(vendor, "alpha");
        Assert.Contains("ek-certificate-untrusted", await RefusedAsync(verifier, request));

        var added = await verifier.OperatorAsync("trust", "add", _folder["added.der"], "--json");
        Assert.True(added.ExitCode == 0, added.Errors);
        await EnrolAsync(verifier, tpm, request);
        Assert.Empty(await FindingsAsync(verifier, "alpha"));

        var id = added.Json.GetProperty("authority").GetProperty("id").GetString()!;
        var removed = await verifier.OperatorAsync("trust", "remove", id, "--json");
        Assert.Equal(["alpha"], removed.Json.GetProperty("hosts").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(["ek-certificate-untrusted"], await FindingsAsync(verifier, "alpha"));
        using var other = new SoftwareTpm();
        Assert.Contains("ek-certificate-untrusted", await RefusedAsync(verifier, other.Request(vendor, "beta")));

        // Another verifier process finds the same, and takes it back when the root is there again.
        await verifier.DisposeAsync();
        verifier = await StartAsync(vendor: verifier.Vendor);
        Assert.Equal(["ek-certificate-untrusted"], await FindingsAsync(verifier, "alpha"));
        var again = await verifier.OperatorAsync("trust", "add", _folder["added.der"], "--json");
        Assert.Equal(["alpha"], again.Json.GetProperty("hosts").EnumerateArray().Select(name => name.GetString()));
        Assert.Empty(await FindingsAsync(verifier, "alpha"));
        Assert.Null(await verifier.Service<IAuditStore>().FindAuditBreakAsync(Now));
        await verifier.DisposeAsync();
    }

    [Fact]
    public async Task A_root_that_leaves_the_configuration_is_noticed_at_the_next_start()
    {
        var verifier = await StartAsync();
        using var tpm = new SoftwareTpm();
        await EnrolAsync(verifier, tpm, tpm.Request(verifier.Vendor, "alpha"));
        Assert.Empty(await FindingsAsync(verifier, "alpha"));
        await verifier.DisposeAsync();
        // The same state, another vendor's root in the folder.
        verifier = await StartAsync(vendor: new VirtualVendor("Another Vendor"));
        Assert.Equal(["ek-certificate-untrusted"], await FindingsAsync(verifier, "alpha"));
        await verifier.DisposeAsync();
    }

    [Fact]
    public async Task What_is_shipped_is_switched_and_what_is_configured_stays_and_a_TPM_is_no_authority()
    {
        await using var verifier = await StartAsync();
        var list = await ListAsync(verifier);
        Assert.Equal(26, list.Count(entry => entry.Origin == "vendor"));
        Assert.Equal([true, false], list.Where(entry => entry.Origin == "file").Select(entry => entry.Anchor).OrderDescending());
        Assert.True((await verifier.OperatorAsync("trust", "remove", "intel-root")).ExitCode == 0);
        Assert.False((await ListAsync(verifier)).Single(entry => entry.Id == "intel-root").On);
        Assert.True((await verifier.OperatorAsync("trust", "add", "intel-root")).ExitCode == 0);
        Assert.True((await ListAsync(verifier)).Single(entry => entry.Id == "intel-root").On);

        var configured = list.First(entry => entry.Origin == "file").Fingerprint;
        var refused = await verifier.OperatorAsync("trust", "remove", configured);
        Assert.Contains("folder", refused.Errors, StringComparison.Ordinal);
        using var tpm = new SoftwareTpm();
        await File.WriteAllBytesAsync(_folder["leaf.der"], tpm.Certificate(verifier.Vendor), Now);
        var leaf = await verifier.OperatorAsync("trust", "add", _folder["leaf.der"]);
        Assert.True(leaf.ExitCode != 0 && leaf.Errors.Contains("no certificate authority", StringComparison.Ordinal), leaf.Errors);
        using var stranger = await verifier.RelyingParty().GetAsync("/v1/trust", Now);
        Assert.Equal(HttpStatusCode.Forbidden, stranger.StatusCode);
        Assert.Equal(28, (await ListAsync(verifier)).Count);
    }

    [Fact]
    public async Task A_key_that_nobody_certified_takes_part_only_with_its_fingerprint()
    {
        await using var verifier = await StartAsync(new { PinUncertifiedKeys = true, RequireApproval = false });
        using var tpm = new SoftwareTpm();
        Assert.Equal(HostState.Pending, (await EnrolAsync(verifier, tpm, tpm.Request("alpha", []))).State);
        var fingerprint = Convert.ToHexStringLower(tpm.EkDigest);
        Assert.Contains(fingerprint, (await verifier.OperatorAsync("host", "list", "--state", "pending")).Output, StringComparison.Ordinal);
        var blind = await verifier.OperatorAsync("host", "approve", "alpha");
        Assert.True(blind.ExitCode != 0 && blind.Errors.Contains("--ek-fingerprint", StringComparison.Ordinal), blind.Errors);
        var wrong = await verifier.OperatorAsync("host", "approve", "alpha", "--ek-fingerprint", new string('0', 64));
        Assert.True(wrong.ExitCode != 0 && wrong.Errors.Contains("another TPM", StringComparison.Ordinal), wrong.Errors);
        Assert.Equal(HostState.Pending, (await DetailAsync(verifier, "alpha")).Host.State);
        Assert.Equal(0, (await verifier.OperatorAsync("host", "approve", "alpha", "--ek-fingerprint", fingerprint.ToUpperInvariant())).ExitCode);
        Assert.Equal(HostState.Enrolled, (await DetailAsync(verifier, "alpha")).Host.State);
        Assert.Equal(["ek-uncertified"], await FindingsAsync(verifier, "alpha"));
    }

    [Fact]
    public async Task The_certificate_of_an_attestation_key_is_a_way_in_and_only_for_that_key_in_time_and_with_its_purpose()
    {
        await MakeAuthorityAsync();
        await using var verifier = await StartAsync();
        Assert.Equal(0, (await verifier.OperatorAsync("trust", "add", _folder["ca.pem"])).ExitCode);
        // OpenSSL's certificates are valid from the moment on in which they are made.
        _clock.Advance(TimeSpan.FromMinutes(5));
        using var tpm = new SoftwareTpm();
        await File.WriteAllTextAsync(_folder["ak.pem"], await PemAsync(tpm), Now);
        EnrolmentRequest With(byte[] certificate, params byte[][] more) => tpm.Request("alpha", []) with { AkCertificates = [certificate, .. more] };

        Assert.Contains("ak-certificate-key-mismatch", await RefusedAsync(verifier, With(await IssueAsync(TestData.PathOf("swtpm", "ak_ecdsa.pem"), "iak"))));
        Assert.Contains("ak-certificate-usage-wrong", await RefusedAsync(verifier, With(await IssueAsync(_folder["ak.pem"], "server"))));
        Assert.Contains("ak-certificate-is-ca", await RefusedAsync(verifier, With(await IssueAsync(_folder["ak.pem"], "authority"))));
        Assert.Contains("ek-certificate-untrusted", await RefusedAsync(verifier, With(TestData.Bytes("ekcert", "iak_rsa.der"))));
        var good = await IssueAsync(_folder["ak.pem"], "iak");
        await EnrolAsync(verifier, tpm, With(good));
        Assert.Equal(["ak-certified"], await FindingsAsync(verifier, "alpha"));
        Assert.Empty((await DetailAsync(verifier, "alpha")).EkIssuer ?? "");

        // By policy instead of purpose, as IAK certificates may have it.
        using var second = new SoftwareTpm();
        await File.WriteAllTextAsync(_folder["ak2.pem"], await PemAsync(second), Now);
        await EnrolAsync(verifier, second, second.Request("beta", []) with { AkCertificates = [await IssueAsync(_folder["ak2.pem"], "policy")] });
        _clock.Advance(TimeSpan.FromDays(31));
        Assert.Contains("ek-certificate-expired", await RefusedAsync(verifier, With(good)));
    }

    [Theory]
    [InlineData("rsassa", "ek_rsa")]
    [InlineData("rsapss", "ek_rsa")]
    [InlineData("ecdsa", "ek_ecc")]
    [InlineData("ecdsa384", "ek_ecc")]
    public async Task The_keys_of_an_emulated_TPM_are_taken_with_a_certificate(string ak, string ek)
    {
        await MakeAuthorityAsync();
        await using var verifier = await StartAsync();
        Assert.Equal(0, (await verifier.OperatorAsync("trust", "add", _folder["ca.pem"])).ExitCode);
        // OpenSSL's certificates are valid from the moment on in which they are made.
        _clock.Advance(TimeSpan.FromMinutes(5));
        using var response = await verifier.Anonymous().PostAsJsonAsync("/v1/enrol", new EnrolmentRequest
        {
            HostName = "alpha", EkCertificates = [], EkPublic = TestData.Bytes("swtpm", ek + ".tpm2b_public"),
            AkPublic = TestData.Bytes("swtpm", $"ak_{ak}.tpm2b_public"), AkCertificates = [await IssueAsync(TestData.PathOf("swtpm", $"ak_{ak}.pem"), "iak")],
        }, ProtocolJson.Default.EnrolmentRequest, Now);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Now));
    }

    private Task<RunningVerifier> StartAsync(object? settings = null, VirtualVendor? vendor = null) =>
        RunningVerifier.StartAsync(settings ?? new { RequireApproval = false }, _clock, _folder.Path, vendor);

    private async Task MakeAuthorityAsync()
    {
        await Tool.Run(null, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", _folder["ca.key"], "-out", _folder["ca.pem"],
            "-subj", "/O=Test OEM/CN=IAK authority", "-days", "3650", "-addext", "keyUsage=critical,keyCertSign");
        await File.WriteAllTextAsync(_folder["ext.cnf"], """
            [iak]
            basicConstraints=critical,CA:FALSE
            keyUsage=critical,digitalSignature
            extendedKeyUsage=2.23.133.8.3
            [policy]
            basicConstraints=critical,CA:FALSE
            keyUsage=critical,digitalSignature
            certificatePolicies=2.23.133.11.1.1,2.23.133.11.1.3
            [server]
            basicConstraints=critical,CA:FALSE
            extendedKeyUsage=serverAuth
            [authority]
            basicConstraints=critical,CA:TRUE
            extendedKeyUsage=2.23.133.8.3
            """, Now);
    }

    private async Task<byte[]> IssueAsync(string key, string extensions)
    {
        await Tool.Run(null, "openssl", "x509", "-new", "-subj", "/CN=IAK of machine 7", "-force_pubkey", key, "-CA", _folder["ca.pem"], "-CAkey", _folder["ca.key"], "-CAcreateserial",
            "-days", "30", "-extfile", _folder["ext.cnf"], "-extensions", extensions, "-outform", "DER", "-out", _folder["issued.der"]);
        return await File.ReadAllBytesAsync(_folder["issued.der"], Now);
    }

    private static Task<string> PemAsync(SoftwareTpm tpm)
    {
        var point = (Shype.Attest.Tpm.Types.EccUnique)tpm.AkPublic.Unique;
        using var key = System.Security.Cryptography.ECDsa.Create(new System.Security.Cryptography.ECParameters
        {
            Curve = System.Security.Cryptography.ECCurve.NamedCurves.nistP256, Q = new() { X = point.X, Y = point.Y },
        });
        return Task.FromResult(key.ExportSubjectPublicKeyInfoPem());
    }

    private static async Task<EnrolmentResult> EnrolAsync(RunningVerifier verifier, SoftwareTpm tpm, EnrolmentRequest request)
    {
        using var begun = await verifier.Anonymous().PostAsJsonAsync("/v1/enrol", request, ProtocolJson.Default.EnrolmentRequest, Now);
        Assert.True(begun.StatusCode == HttpStatusCode.OK, await begun.Content.ReadAsStringAsync(Now));
        var challenge = (await begun.Content.ReadFromJsonAsync(ProtocolJson.Default.EnrolmentChallenge, Now))!;
        using var response = await verifier.Anonymous().PostAsJsonAsync(
            $"/v1/enrol/{challenge.EnrolmentId}/activate", tpm.Answer(challenge), ProtocolJson.Default.EnrolmentActivation, Now);
        return (await response.Content.ReadFromJsonAsync(ProtocolJson.Default.EnrolmentResult, Now))!;
    }

    private static async Task<IEnumerable<string>> RefusedAsync(RunningVerifier verifier, EnrolmentRequest request)
    {
        using var response = await verifier.Anonymous().PostAsJsonAsync("/v1/enrol", request, ProtocolJson.Default.EnrolmentRequest, Now);
        return (await Answer.ProblemAsync(response)).Findings!.Select(finding => finding.Code);
    }

    private static async Task<HostDetail> DetailAsync(RunningVerifier verifier, string name) =>
        (await verifier.Operator().GetFromJsonAsync("/v1/hosts/" + name, ProtocolJson.Default.HostDetail, Now))!;

    private static async Task<IEnumerable<string>> FindingsAsync(RunningVerifier verifier, string name) =>
        (await DetailAsync(verifier, name)).EnrolmentFindings.Select(finding => finding.Code);

    private static async Task<IReadOnlyList<TrustEntry>> ListAsync(RunningVerifier verifier) =>
        (await verifier.Operator().GetFromJsonAsync("/v1/trust", ProtocolJson.Default.TrustList, Now))!.Authorities;
}
