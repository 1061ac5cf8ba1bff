using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Shype.Attest.Protocol;

namespace Shype.Attest.Load;

/// <summary>What an agent does for one attestation, over connections that are shared with others.</summary>
internal sealed class AttestClient(HttpClient client, Tally tally)
{
    /// <summary>Fetches a challenge, answers it, and takes the verdict.</summary>
    public async Task AttestAsync(LoadHost host, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/hosts/{host.Id}/challenge") { Headers = { Authorization = new("Bearer", host.Token) } };
        using var response = await client.SendAsync(request, stop);
        var body = await response.Content.ReadAsByteArrayAsync(stop);
        if (!response.IsSuccessStatusCode || !ProtocolJson.TryRead(body, ProtocolJson.Default.Challenge, out var challenge, out _))
        {
            tally.Verdict(isAffirming: false, Stopwatch.GetElapsedTime(began));
            return;
        }

        await AnswerAsync(host, challenge, began, stop);
    }

    /// <summary>Answers a challenge that was asked for at a moment, and takes the verdict.</summary>
    public async Task AnswerAsync(LoadHost host, Challenge challenge, long began, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/hosts/{host.Id}/evidence")
        {
            Headers = { Authorization = new("Bearer", host.Token) }, Content = new ByteArrayContent(host.Host.Answer(challenge).Encode()),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.CmwCbor);
        using var response = await client.SendAsync(request, stop);
        var result = await response.Content.ReadAsStringAsync(stop);
        tally.Verdict(response.IsSuccessStatusCode && Status(result) == "affirming", Stopwatch.GetElapsedTime(began));
    }

    private static string? Status(string token)
    {
        if (!Base64UrlText.TryDecode(token.Split('.')[1], out var payload))
        {
            return null;
        }

        using var document = JsonDocument.Parse(payload);
        return document.RootElement.GetProperty("submods").GetProperty("host").GetProperty("ear.status").GetString();
    }
}
