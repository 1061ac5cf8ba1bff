using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>Bodies that are too long, of another kind, or not what they say (threat row R08); the headers of every answer (R12).</summary>
public sealed class LimitTests : IAsyncLifetime
{
    private RunningVerifier _verifier = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _verifier = await RunningVerifier.StartAsync();

    public ValueTask DisposeAsync() => _verifier.DisposeAsync();

    public static TheoryData<string, string, string, int, string> Bodies => new()
    {
        { "POST", "/v1/enrol", MediaTypes.Json, ProtocolLimits.MaxJsonBytes, nameof(ProtocolLimits.MaxJsonBytes) },
        { "POST", "/v1/enrol/x/activate", MediaTypes.Json, ProtocolLimits.MaxJsonBytes, nameof(ProtocolLimits.MaxJsonBytes) },
        { "POST", "/v1/attest/vm/x", MediaTypes.Json, ProtocolLimits.MaxJsonBytes, nameof(ProtocolLimits.MaxJsonBytes) },
        { "POST", "/v1/hosts/alpha/revoke", MediaTypes.Json, ProtocolLimits.MaxJsonBytes, nameof(ProtocolLimits.MaxJsonBytes) },
        { "POST", "/v1/hosts/{id}/evidence", MediaTypes.CmwCbor, ProtocolLimits.MaxEvidenceBytes, nameof(ProtocolLimits.MaxEvidenceBytes) },
        { "POST", "/v1/hosts/alpha/group", MediaTypes.Json, ProtocolLimits.MaxJsonBytes, nameof(ProtocolLimits.MaxJsonBytes) },
        { "PUT", "/v1/appraisal-policies/default", MediaTypes.Yaml, AppraisalLimits.MaxAppraisalPolicyBytes, nameof(AppraisalLimits.MaxAppraisalPolicyBytes) },
        { "PUT", "/v1/references", MediaTypes.Json, AppraisalLimits.MaxReferenceBytes, nameof(AppraisalLimits.MaxReferenceBytes) },
        { "POST", "/v1/references/bundles", MediaTypes.RimCose, AppraisalLimits.MaxBundleBytes, nameof(AppraisalLimits.MaxBundleBytes) },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task R08_a_body_at_the_limit_is_read_and_one_byte_more_is_refused_with_the_limits_name(
        string method, string address, string mediaType, int limit, string name)
    {
        foreach (var chunked in (bool[])[false, true])
        {
            using var atLimit = await SendAsync(method, address, mediaType, new byte[limit], chunked);
            Assert.Equal(HttpStatusCode.BadRequest, atLimit.StatusCode);

            using var over = await SendAsync(method, address, mediaType, new byte[limit + 1], chunked);
            var problem = await Answer.ProblemAsync(over);
            Assert.Equal((HttpStatusCode.RequestEntityTooLarge, ProblemTypes.LimitExceeded, name), (over.StatusCode, problem.Type, problem.Limit));
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task R08_another_media_type_or_a_compressed_body_is_refused(string method, string address, string mediaType, int limit, string name)
    {
        Assert.NotEqual(0, limit + name.Length);
        foreach (var (type, encoding) in (IEnumerable<(string?, string?)>)[("text/plain", null), (null, null), (mediaType, "gzip"), (mediaType + "x", null)])
        {
            using var response = await SendAsync(method, address, type, [1], chunked: false, encoding);
            Assert.Equal(ProblemTypes.UnsupportedMediaType, (await Answer.ProblemAsync(response)).Type);
        }
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_is_answered_with_member_and_byte()
    {
        using var response = await SendAsync("POST", "/v1/attest/vm/x", MediaTypes.Json, "{\"nonce\":\"AAE=\"}"u8.ToArray(), chunked: false);
        var problem = await Answer.ProblemAsync(response);
        Assert.Equal((ProblemTypes.Malformed, "$.nonce"), (problem.Type, problem.Member));
        Assert.InRange(problem.Offset!.Value, 9, 16);
    }

    [Theory]
    [InlineData(7, false)]
    [InlineData(8, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public async Task A_nonce_has_8_to_64_bytes(int bytes, bool taken)
    {
        var client = _verifier.RelyingParty();
        using var response = await client.PostAsJsonAsync("/v1/attest/vm/x", new AttestRequest { Nonce = new byte[bytes] }, ProtocolJson.Default.AttestRequest, Now);
        Assert.Equal(taken ? ProblemTypes.VmUnknown : ProblemTypes.Malformed, (await Answer.ProblemAsync(response)).Type);
    }

    [Theory]
    [InlineData("ekCertificates", nameof(ProtocolLimits.MaxEkCertificates))]
    [InlineData("certificate", nameof(ProtocolLimits.MaxEkCertificateBytes))]
    [InlineData("ekPublic", nameof(ProtocolLimits.MaxPublicBytes))]
    [InlineData("akPublic", nameof(ProtocolLimits.MaxPublicBytes))]
    [InlineData("hostName", nameof(ProtocolLimits.MaxNameCharacters))]
    public async Task R08_every_part_of_an_enrolment_has_its_limit(string part, string limit)
    {
        var request = new EnrolmentRequest { HostName = "alpha", EkCertificates = [], EkPublic = [], AkPublic = [] };
        request = part switch
        {
            "ekCertificates" => request with { EkCertificates = [.. Enumerable.Repeat(new byte[1], ProtocolLimits.MaxEkCertificates + 1)] },
            "certificate" => request with { EkCertificates = [new byte[ProtocolLimits.MaxEkCertificateBytes + 1]] },
            "ekPublic" => request with { EkPublic = new byte[ProtocolLimits.MaxPublicBytes + 1] },
            "akPublic" => request with { AkPublic = new byte[ProtocolLimits.MaxPublicBytes + 1] },
            _ => request with { HostName = new string('a', ProtocolLimits.MaxNameCharacters + 1) },
        };
        using var response = await _verifier.Anonymous().PostAsJsonAsync("/v1/enrol", request, ProtocolJson.Default.EnrolmentRequest, Now);
        Assert.Equal(limit, (await Answer.ProblemAsync(response)).Limit);
    }

    [Fact]
    public async Task R12_every_answer_keeps_browsers_from_caching_framing_and_guessing()
    {
        foreach (var address in (string[])["/healthz/live", "/v1/hosts", "/none", "/.well-known/jwks.json"])
        {
            using var response = await _verifier.Anonymous().GetAsync(address, Now);
            Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Contains("frame-ancestors 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            Assert.False(response.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task R08_requests_that_break_the_rules_of_HTTP_end_their_connection_and_nothing_else()
    {
        foreach (var bad in (string[])
        [
            "GET /healthz/live HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
            "POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n",
            "POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "GET /" + new string('a', 9000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nA: " + new string('a', 40_000) + "\r\n\r\n",
            "\0\0\0\0\r\n\r\n",
        ])
        {
            Assert.Contains(" 4", await RawAsync(bad), StringComparison.Ordinal);
        }

        using var after = await _verifier.Anonymous().GetAsync("/healthz/ready", Now);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Theory]
    [InlineData("-tls1_1", false)]
    [InlineData("-tls1_2", true)]
    [InlineData("-tls1_3", true)]
    public async Task OpenSSL_connects_by_the_versions_of_TLS_that_are_not_broken(string version, bool accepted)
    {
        // Level 0, or OpenSSL itself would not offer the old version.
        var (status, _, errors) = await Tool.Try(null, "openssl", "s_client", "-connect", _verifier.Address.Authority, version, "-cipher", "ALL:@SECLEVEL=0",
            "-CAfile", Path.Combine(_verifier.State, "tls", "cert.pem"), "-verify_return_error", "-brief", "-no_ign_eof");
        Assert.True((status == 0) == accepted, errors);
    }

    [Fact]
    public async Task R17_references_are_replaced_only_by_who_has_seen_their_version()
    {
        var client = _verifier.Operator();
        using var first = await client.GetAsync("/v1/references", Now);
        Assert.Equal("\"0\"", first.Headers.ETag?.Tag);
        var document = await first.Content.ReadAsByteArrayAsync(Now);

        Assert.Equal(HttpStatusCode.PreconditionRequired, (await PutAsync(document, null)).Status);
        Assert.Equal(HttpStatusCode.PreconditionRequired, (await PutAsync(document, "*")).Status);
        Assert.Equal((HttpStatusCode.OK, "\"1\""), await PutAsync(document, "\"0\""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await PutAsync(document, "\"0\"")).Status);
        Assert.Equal((HttpStatusCode.OK, "\"2\""), await PutAsync(document, "\"1\""));
        Assert.Equal(HttpStatusCode.BadRequest, (await PutAsync("{\"format\":1,\"more\":1}"u8.ToArray(), "\"2\"")).Status);

        async Task<(HttpStatusCode Status, string? Tag)> PutAsync(byte[] body, string? version)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/references") { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Json);
            if (version is not null)
            {
                request.Headers.TryAddWithoutValidation("If-Match", version);
            }

            using var response = await client.SendAsync(request, Now);
            return (response.StatusCode, response.Headers.ETag?.Tag);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string address, string? mediaType, byte[] body, bool chunked, string? encoding = null)
    {
        var client = _verifier.Operator();
        if (address.Contains("{id}", StringComparison.Ordinal))
        {
            var (id, token) = await _verifier.AddHostAsync("host-" + Guid.CreateVersion7().ToString("N"));
            client = _verifier.Client(token);
            address = address.Replace("{id}", id, StringComparison.Ordinal);
        }
        else if (address.Contains("alpha", StringComparison.Ordinal) && _verifier.Service<Shype.Attest.Verifier.Attestation.HostDirectory>().Find("alpha") is null)
        {
            await _verifier.AddHostAsync("alpha");
        }

        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        request.Content = chunked ? new StreamContent(new UnknownLength(body)) : new ByteArrayContent(body);
        request.Headers.TryAddWithoutValidation("If-Match", "\"0\"");
        if (mediaType is not null)
        {
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        }

        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        return await client.SendAsync(request, Now);
    }

    private async Task<string> RawAsync(string text)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(_verifier.Address.Host, _verifier.Address.Port, Now);
        await using var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(_verifier.TlsOptions("localhost"), Now);
        await tls.WriteAsync(Encoding.ASCII.GetBytes(text), Now);
        using var reader = new StreamReader(tls);
        return await reader.ReadLineAsync(Now) ?? "";
    }

    private sealed class UnknownLength(byte[] body) : MemoryStream(body)
    {
        public override bool CanSeek => false;
    }
}
