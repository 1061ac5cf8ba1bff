using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Veraison;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.ServiceTests.Rats;

/// <summary>A client of the challenge-response interface that does as Veraison's own (rust-apiclient): resolves Location, reads the nonce in the standard alphabet.</summary>
internal sealed class SessionClient(HttpClient http)
{
    public static readonly Uri NewSession = new("/challenge-response/v1/newSession", UriKind.Relative);

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    /// <summary>Opens a session; its address and what it says.</summary>
    public async Task<(Uri Address, ChallengeResponseSession Session)> OpenAsync(string query = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, NewSession + query);
        request.Headers.Accept.ParseAdd(MediaTypes.VeraisonSession);
        using var response = await http.SendAsync(request, Now);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync(Now));
        Assert.False(response.Headers.Location!.IsAbsoluteUri);
        return (new Uri(response.RequestMessage!.RequestUri!, response.Headers.Location), await ReadAsync(response));
    }

    public async Task<HttpResponseMessage> SubmitAsync(Uri session, string mediaType, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        using var request = new HttpRequestMessage(HttpMethod.Post, session) { Content = content };
        request.Headers.Accept.ParseAdd(MediaTypes.VeraisonSession);
        return await http.SendAsync(request, Now);
    }

    public async Task<HttpResponseMessage> GetAsync(Uri session, string accept = MediaTypes.VeraisonSession)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, session);
        Assert.True(request.Headers.TryAddWithoutValidation("Accept", accept));
        return await http.SendAsync(request, Now);
    }

    public async Task<HttpStatusCode> DeleteAsync(Uri session)
    {
        using var response = await http.DeleteAsync(session, Now);
        return response.StatusCode;
    }

    /// <summary>A session that a host answered; the claims of its result.</summary>
    public async Task<JsonElement> AttestAsync(VirtualHost host, string mediaType, Func<Evidence, byte[]> pack, string query = "")
    {
        var (address, session) = await OpenAsync(query);
        using var response = await SubmitAsync(address, mediaType, pack(Answer(host, session.Nonce)));
        var done = await ReadAsync(response);
        Assert.Equal((HttpStatusCode.OK, SessionStatus.Complete), (response.StatusCode, done.Status));
        return Claims(done.Result!);
    }

    /// <summary>A host's evidence for a session's nonce, with its whole log.</summary>
    public static Evidence Answer(VirtualHost host, byte[] nonce) => host.Answer(new Challenge
    {
        Nonce = nonce, Pcrs = [new("sha256", [.. Enumerable.Range(0, 14)])], Expires = DateTimeOffset.UnixEpoch, Known = LogPosition.None, KnownPolicies = [],
    });

    public static async Task<ChallengeResponseSession> ReadAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsByteArrayAsync(Now);
        Assert.Equal(MediaTypes.VeraisonSession, response.Content.Headers.ContentType?.MediaType);
        Assert.True(ProtocolJson.TryRead(body, VeraisonJson.Default.ChallengeResponseSession, out var session, out var problem), problem?.ToString());
        return session;
    }

    public static JsonElement Claims(string token)
    {
        Assert.True(Base64UrlText.TryDecode(token.Split('.')[1], out var payload));
        return JsonDocument.Parse(payload).RootElement;
    }
}
