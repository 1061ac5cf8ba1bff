using Shype.Attest.ServiceTests.Verifier;
using Xunit;

namespace Shype.Attest.BrowserTests;

/// <summary>Requests as no browser sends them.</summary>
internal static class Raw
{
    /// <summary>The status of an answer to a request with a session's cookie; redirects are not followed.</summary>
    public static async Task<int> StatusAsync(
        RunningVerifier verifier, HttpMethod method, string path, string? session, Dictionary<string, string>? form = null, (string Name, string Value)? header = null)
    {
        using var handler = new SocketsHttpHandler { SslOptions = verifier.TlsOptions(verifier.Address.Host), AllowAutoRedirect = false, UseCookies = false };
        using var client = new HttpClient(handler) { BaseAddress = verifier.Address };
        using var request = new HttpRequestMessage(method, path) { Content = form is null ? null : new FormUrlEncodedContent(form) };
        if (session is not null)
        {
            request.Headers.Add("Cookie", "__Host-shype-session=" + session);
        }

        if (header is { } more)
        {
            request.Headers.Add(more.Name, more.Value);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }
}
