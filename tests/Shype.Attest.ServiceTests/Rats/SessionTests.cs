using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Veraison;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.ServiceTests.Rats;

/// <summary>Veraison's challenge-response interface on the real verifier.</summary>
public sealed class SessionTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private RunningVerifier _verifier = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _verifier = await RunningVerifier.StartAsync(new { MaxSessionsPerCaller = 20 }, _clock);

    public ValueTask DisposeAsync() => _verifier.DisposeAsync();

    private SessionClient Asker => new(_verifier.RelyingParty());

    // Each way to wrap the same evidence, with the media types that it may be sent as.
    private static readonly (string MediaType, Func<byte[], byte[]> Pack)[] Forms =
    [
        (MediaTypes.Evidence, cbor => cbor),
        (MediaTypes.CmwCbor, cbor => cbor),
        (MediaTypes.EvidenceJson, Json),
        (MediaTypes.CmwJson, Json),
        (MediaTypes.CmwCbor, cbor => new CmwRecord(MediaTypes.Evidence, null, cbor, CmwRecord.EvidenceIndicator).Encode()),
        ("application/vnd.veraison.cmw", cbor => new CmwRecord(MediaTypes.Evidence, null, cbor).Encode()),
        ("application/vnd.veraison.cmw+json; charset=utf-8", cbor => CmwJson.Encode(new CmwRecord(MediaTypes.Evidence, null, cbor))),
        ("application/cmw", cbor => CmwJson.Encode(new CmwRecord(MediaTypes.EvidenceJson, null, Json(cbor)))),
    ];

    [Fact]
    public async Task An_agents_evidence_is_taken_in_every_form()
    {
        foreach (var ((mediaType, pack), i) in Forms.Select((form, i) => (form, i)))
        {
            var agent = await _verifier.BootHostAsync($"host-{i}");
            var claims = await Asker.AttestAsync(agent.Host, mediaType, evidence => pack(evidence.Encode()));
            Assert.Equal("affirming", claims.GetProperty("submods").GetProperty("host").GetProperty("ear.status").GetString());
            Assert.Equal(AttestationResult.VeraisonProfile, claims.GetProperty("eat_profile").GetString());
        }
    }

    private static byte[] Json(byte[] cbor) => Cmw.TryDecode(cbor, out var cmw, out _) ? CmwJson.Encode(cmw) : [];

    [Fact]
    public async Task The_result_answers_the_sessions_nonce_in_the_form_that_was_asked_for_and_can_be_had_in_every_other()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        var (address, session) = await Asker.OpenAsync("?nonceSize=64&eat_profile=" + Uri.EscapeDataString(AttestationResult.IetfProfile));
        Assert.Equal(64, session.Nonce.Length);
        var evidence = SessionClient.Answer(agent.Host, session.Nonce).Encode();
        using var answered = await Asker.SubmitAsync(address, MediaTypes.Evidence, evidence);
        var done = await SessionClient.ReadAsync(answered);
        Assert.Equal(MediaTypes.Evidence, done.Evidence!.Type);
        Assert.Equal(evidence, done.Evidence.Value);
        Assert.Equal("affirming", SessionClient.Claims(done.Result!).GetProperty("submods").GetProperty("host").GetProperty("ear_status").GetString());

        Assert.True(JsonWebKeySet.TryRead(await _verifier.Anonymous().GetByteArrayAsync("/.well-known/jwks.json", Now), out var keys, out _));
        var expected = new TokenExpectation { Now = _clock.GetUtcNow(), Nonce = session.Nonce };
        foreach (var profile in (string[])[AttestationResult.VeraisonProfile, AttestationResult.IetfProfile])
        {
            using var jwt = await Asker.GetAsync(address, $"application/eat+jwt; eat_profile=\"{profile}\"");
            Assert.True(ResultToken.TryVerify(await jwt.Content.ReadAsStringAsync(Now), keys, expected, out var asJwt, out var problem), problem?.Detail);
            using var cwt = await Asker.GetAsync(address, $"application/eat+cwt; eat_profile=\"{profile}\"");
            Assert.Equal(MediaTypes.EatCwt, cwt.Content.Headers.ContentType!.MediaType);
            Assert.True(ResultCwt.TryVerify(await cwt.Content.ReadAsByteArrayAsync(Now), keys, expected, out var asCwt, out problem), problem?.Detail);
            Assert.Equal((profile, profile, TrustTier.Affirming, TrustTier.Affirming), (asJwt.Profile, asCwt.Profile, asJwt.Status, asCwt.Status));
        }

        using var unknown = await Asker.GetAsync(address, "application/eat+jwt; eat_profile=\"tag:x\"");
        Assert.Equal((HttpStatusCode.NotAcceptable, ProblemTypes.NotAcceptable), (unknown.StatusCode, (await Answer.ProblemAsync(unknown)).Type));
    }

    [Fact]
    public async Task R06_a_nonce_is_answered_once_whatever_came_of_it()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        var (address, session) = await Asker.OpenAsync();
        var evidence = SessionClient.Answer(agent.Host, session.Nonce).Encode();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Asker.SubmitAsync(address, MediaTypes.Evidence, evidence)));
        Assert.Equal(HttpStatusCode.OK, Assert.Single(answers, answer => answer.StatusCode != HttpStatusCode.Conflict).StatusCode);
        Assert.All(answers.Where(answer => answer.StatusCode == HttpStatusCode.Conflict), answer => Assert.Equal(ProblemTypes.SessionState, Answer.ProblemAsync(answer).Result.Type));
        using var kept = await Asker.GetAsync(address);
        Assert.Equal(SessionStatus.Complete, (await SessionClient.ReadAsync(kept)).Status);

        // The same evidence in another session answers another nonce.
        var (other, _) = await Asker.OpenAsync();
        using var replayed = await Asker.SubmitAsync(other, MediaTypes.Evidence, evidence);
        Assert.Contains("challenge-not-ours", Findings(await SessionClient.ReadAsync(replayed)));

        var (broken, _) = await Asker.OpenAsync();
        using var malformed = await Asker.SubmitAsync(broken, MediaTypes.Evidence, [0xa0]);
        Assert.Equal((HttpStatusCode.BadRequest, ProblemTypes.Malformed), (malformed.StatusCode, (await Answer.ProblemAsync(malformed)).Type));
        using var failed = await Asker.GetAsync(broken);
        Assert.Equal(SessionStatus.Failed, (await SessionClient.ReadAsync(failed)).Status);
        using var again = await Asker.SubmitAsync(broken, MediaTypes.Evidence, evidence);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Array.ForEach(answers, answer => answer.Dispose());
    }

    [Fact]
    public async Task R06_the_same_nonce_chosen_twice_does_not_take_the_same_quote_twice()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        var nonce = "?nonce=" + Base64UrlText.Encode(new byte[16]);
        var (first, session) = await Asker.OpenAsync(nonce);
        var (second, _) = await Asker.OpenAsync(nonce);
        var evidence = SessionClient.Answer(agent.Host, session.Nonce).Encode();
        using var good = await Asker.SubmitAsync(first, MediaTypes.Evidence, evidence);
        Assert.DoesNotContain("quote-replayed", Findings(await SessionClient.ReadAsync(good)));
        using var replayed = await Asker.SubmitAsync(second, MediaTypes.Evidence, evidence);
        Assert.Contains("quote-replayed", Findings(await SessionClient.ReadAsync(replayed)));
    }

    [Fact]
    public async Task R06_a_session_ends_at_its_second_and_evidence_renews_it()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        var (address, session) = await Asker.OpenAsync();
        Assert.Equal(TimeSpan.FromSeconds(150), session.Expiry - DateTimeOffset.FromUnixTimeMilliseconds(_clock.GetUtcNow().ToUnixTimeMilliseconds()));
        _clock.Advance(TimeSpan.FromSeconds(150) - TimeSpan.FromMilliseconds(2));
        using var answered = await Asker.SubmitAsync(address, MediaTypes.Evidence, SessionClient.Answer(agent.Host, session.Nonce).Encode());
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
        _clock.Advance(TimeSpan.FromSeconds(149));
        using var renewed = await Asker.GetAsync(address);
        Assert.Equal(HttpStatusCode.OK, renewed.StatusCode);
        _clock.Advance(TimeSpan.FromSeconds(2));
        using var gone = await Asker.GetAsync(address);
        Assert.Equal((HttpStatusCode.NotFound, ProblemTypes.NotFound), (gone.StatusCode, (await Answer.ProblemAsync(gone)).Type));

        var (late, unanswered) = await Asker.OpenAsync();
        _clock.Advance(TimeSpan.FromSeconds(150));
        using var tooLate = await Asker.SubmitAsync(late, MediaTypes.Evidence, SessionClient.Answer(agent.Host, unanswered.Nonce).Encode());
        Assert.Equal(HttpStatusCode.NotFound, tooLate.StatusCode);
    }

    [Fact]
    public async Task R06_a_session_is_its_openers_alone()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        var (address, session) = await Asker.OpenAsync();
        var evidence = SessionClient.Answer(agent.Host, session.Nonce).Encode();
        foreach (var other in (HttpClient[])[_verifier.Operator(), _verifier.Admin(), agent.Client])
        {
            var client = new SessionClient(other);
            using var read = await client.GetAsync(address);
            using var answered = await client.SubmitAsync(address, MediaTypes.Evidence, evidence);
            Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (read.StatusCode, answered.StatusCode));
            // As little as about one that never was; and it stays.
            Assert.Equal(HttpStatusCode.NoContent, await client.DeleteAsync(address));
        }

        using var done = await Asker.SubmitAsync(address, MediaTypes.Evidence, evidence);
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, await Asker.DeleteAsync(address));
        using var gone = await Asker.GetAsync(address);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Who_is_not_known_gets_an_answer_that_says_no()
    {
        var stranger = VirtualHost.Boot(spec => spec with { Ak = new VirtualAk(AkKind.EcdsaP256) });
        var unknown = await Asker.AttestAsync(stranger, MediaTypes.Evidence, evidence => evidence.Encode());
        var host = unknown.GetProperty("submods").GetProperty("host");
        // Veraison's own verdict on an unknown attester: everything 99.
        Assert.Equal("contraindicated", host.GetProperty("ear.status").GetString());
        Assert.All(host.GetProperty("ear.trustworthiness-vector").EnumerateObject(), claim => Assert.Equal(99, claim.Value.GetInt32()));
        Assert.Equal("attester-unknown", host.GetProperty("tag:shype.dev,2026:findings")[0].GetProperty("code").GetString());

        // An agent's session is for its own host.
        var alpha = await _verifier.BootHostAsync("alpha");
        var beta = await _verifier.BootHostAsync("beta");
        Assert.Contains("is another host", (await new SessionClient(alpha.Client).AttestAsync(beta.Host, MediaTypes.Evidence, evidence => evidence.Encode())).ToString(), StringComparison.Ordinal);
        var own = await new SessionClient(beta.Client).AttestAsync(beta.Host, MediaTypes.Evidence, evidence => evidence.Encode());
        Assert.Equal("affirming", own.GetProperty("submods").GetProperty("host").GetProperty("ear.status").GetString());
        // A01: the key of one host's evidence, named as another's.
        var stolen = await Asker.AttestAsync(alpha.Host, MediaTypes.Evidence, evidence => (evidence with { AkName = beta.Host.Tpm.Ak.Name.Bytes }).Encode());
        Assert.Contains("quote-signature-invalid", stolen.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_cannot_be_is_refused()
    {
        string[] queries =
        [
            "nonce=AAAAAAAAAAA&nonceSize=8", "nonce=AAAAAAAAAAA&nonce=AAAAAAAAAAA", "nonce=", "nonce=AAAAAAAAAA", "nonce=AAAA*AAAAAAA",
            "nonceSize=7", "nonceSize=65", "nonceSize=-8", "nonceSize=x", "eat_profile=tag:x",
        ];
        foreach (var query in queries)
        {
            using var response = await _verifier.RelyingParty().PostAsync(new Uri($"{SessionClient.NewSession}?{query}", UriKind.Relative), null, Now);
            Assert.Equal((HttpStatusCode.BadRequest, ProblemTypes.Malformed), (response.StatusCode, (await Answer.ProblemAsync(response)).Type));
        }
    }

    [Fact]
    public async Task A_nonce_is_taken_or_made_that_the_deployed_client_can_read()
    {
        foreach (var (query, size) in ((string, int)[])[("?nonce=AAAAAAAAAAA=", 8), ("?nonce=AAAAAAAAAAA", 8), ("?nonceSize=64", 64), ("", 32)])
        {
            var (_, session) = await Asker.OpenAsync(query);
            Assert.Equal((size, SessionStatus.Waiting), (session.Nonce.Length, session.Status));
            Assert.Equal([MediaTypes.Evidence, MediaTypes.EvidenceJson, MediaTypes.ToolEvidence, MediaTypes.CmwCbor, MediaTypes.CmwJson], session.Accept);
            Assert.Equal(session.Nonce, Convert.FromBase64String(Base64UrlText.Encode(session.Nonce).PadRight((size + 2) / 3 * 4, '=')));
        }
    }

    [Fact]
    public async Task What_is_checked_first_is_said_first()
    {
        var client = _verifier.RelyingParty();
        var (address, _) = await Asker.OpenAsync();
        var nowhere = new Uri("/challenge-response/v1/session/5f2f8f2e-0001-4000-8000-000000000001", UriKind.Relative);
        Assert.Equal(HttpStatusCode.NotAcceptable, await StatusAsync(SessionClient.NewSession, "text/html", null, null));
        Assert.Equal(HttpStatusCode.NotAcceptable, await StatusAsync(address, "text/html;q=1, application/vnd.veraison.challenge-response-session+json;q=0", MediaTypes.Evidence, []));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(nowhere, "*/*", MediaTypes.Evidence, []));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(nowhere, "application/*", MediaTypes.CmwCbor, [0xff]));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await StatusAsync(nowhere, "*/*", "text/plain", [1]));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await StatusAsync(address, "*/*", MediaTypes.CmwCbor, new CmwRecord("text/plain", null, new byte[1]).Encode()));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(new Uri("/challenge-response/v1/session/x", UriKind.Relative), "*/*", MediaTypes.Evidence, [1]));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(nowhere, "*/*", MediaTypes.Evidence, [1]));
        Assert.Equal(HttpStatusCode.BadRequest, await new SessionClient(client).DeleteAsync(new Uri("/challenge-response/v1/session/x", UriKind.Relative)));

        using var unsupported = await Asker.SubmitAsync(address, "text/plain", [1]);
        Assert.Equal(string.Join(", ", (await Asker.OpenAsync()).Session.Accept), string.Join(", ", unsupported.Headers.GetValues("Accept")));
        // None of it spent the nonce.
        using var still = await Asker.GetAsync(address);
        Assert.Equal(SessionStatus.Waiting, (await SessionClient.ReadAsync(still)).Status);

        async Task<HttpStatusCode> StatusAsync(Uri uri, string accept, string? type, byte[]? body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, uri);
            request.Headers.TryAddWithoutValidation("Accept", accept);
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new(type!);
            }

            using var response = await client.SendAsync(request, Now);
            await Answer.ProblemAsync(response);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task The_number_of_sessions_is_bounded_and_comes_back()
    {
        Uri? last = null;
        for (var i = 0; i < 20; i++)
        {
            (last, _) = await Asker.OpenAsync();
        }

        using var refused = await _verifier.RelyingParty().PostAsync(SessionClient.NewSession, null, Now);
        Assert.Equal((HttpStatusCode.TooManyRequests, ProblemTypes.TooMany), (refused.StatusCode, (await Answer.ProblemAsync(refused)).Type));
        await new SessionClient(_verifier.Operator()).OpenAsync();
        await Asker.DeleteAsync(last!);
        await Asker.OpenAsync();
        _clock.Advance(TimeSpan.FromSeconds(151));
        await Asker.OpenAsync();
    }

    [Fact]
    public async Task The_discovery_document_is_what_clients_of_Veraison_read()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/.well-known/veraison/verification");
        request.Headers.Accept.ParseAdd(MediaTypes.VeraisonDiscovery);
        using var response = await _verifier.Anonymous().SendAsync(request, Now);
        Assert.Equal((HttpStatusCode.OK, MediaTypes.VeraisonDiscovery), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal(TimeSpan.FromSeconds(60), response.Headers.CacheControl?.MaxAge);
        var document = (await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(Now), default, Now)).RootElement;
        Assert.Equal("READY", document.GetProperty("service-state").GetString());
        Assert.Equal("/challenge-response/v1/newSession", document.GetProperty("api-endpoints").GetProperty("newChallengeResponseSession").GetString());
        Assert.True(JsonWebKeySet.TryRead(await _verifier.Anonymous().GetByteArrayAsync("/.well-known/jwks.json", Now), out var keys, out _));
        Assert.Equal(("ES256", keys.Keys[0].KeyId), (document.GetProperty("ear-verification-key").GetProperty("alg").GetString(), document.GetProperty("ear-verification-key").GetProperty("kid").GetString()));
        using var html = new HttpRequestMessage(HttpMethod.Get, "/.well-known/veraison/verification");
        html.Headers.Accept.ParseAdd("text/html");
        using var refused = await _verifier.Anonymous().SendAsync(html, Now);
        Assert.Equal(HttpStatusCode.NotAcceptable, refused.StatusCode);
    }

    [Fact]
    public async Task A_verdict_about_a_VM_can_be_had_in_every_form()
    {
        await using var serving = await (await _verifier.BootHostAsync("alpha")).ServeAsync();
        Assert.True(JsonWebKeySet.TryRead(await _verifier.Anonymous().GetByteArrayAsync("/.well-known/jwks.json", Now), out var keys, out _));
        var nonce = Encoding.ASCII.GetBytes("a nonce of mine");
        var expected = new TokenExpectation { Now = _clock.GetUtcNow(), Nonce = nonce };
        using var cwt = await AskAsync($"application/eat+cwt; eat_profile=\"{AttestationResult.IetfProfile}\", application/eat+jwt;q=0.5");
        Assert.True(ResultCwt.TryVerify(await cwt.Content.ReadAsByteArrayAsync(Now), keys, expected, out var result, out var problem), problem?.Detail);
        Assert.Equal((AttestationResult.IetfProfile, TrustTier.Affirming), (result.Profile, result.Status));
        using var usual = await AskAsync("*/*");
        Assert.True(ResultToken.TryVerify(await usual.Content.ReadAsStringAsync(Now), keys, expected, out result, out problem), problem?.Detail);
        Assert.Equal(AttestationResult.VeraisonProfile, result.Profile);
        using var refused = await AskAsync("text/html");
        Assert.Equal(HttpStatusCode.NotAcceptable, refused.StatusCode);

        async Task<HttpResponseMessage> AskAsync(string accept)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/attest/vm/web");
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new AttestRequest { Nonce = nonce }, ProtocolJson.Default.AttestRequest));
            request.Content.Headers.ContentType = new(MediaTypes.Json);
            request.Headers.TryAddWithoutValidation("Accept", accept);
            return await _verifier.RelyingParty().SendAsync(request, Now);
        }
    }

    private static List<string?> Findings(ChallengeResponseSession session) =>
        [.. SessionClient.Claims(session.Result!).GetProperty("submods").GetProperty("host").GetProperty("tag:shype.dev,2026:findings").EnumerateArray().Select(finding => finding.GetProperty("code").GetString())];
}
