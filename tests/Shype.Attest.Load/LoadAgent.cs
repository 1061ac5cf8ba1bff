using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;

namespace Shype.Attest.Load;

/// <summary>One agent: holds its stream of challenges, answers each, comes back when the stream ends.</summary>
/// <param name="host">The host.</param>
/// <param name="token">Its agent's token.</param>
/// <param name="streams">For its stream, a connection of its own.</param>
/// <param name="answers">For its evidence, connections that all agents share: one process may not hold two files for each of so many.</param>
/// <param name="tally">What is counted.</param>
internal sealed class LoadAgent(VirtualHost host, string token, HttpClient streams, HttpClient answers, Tally tally)
{
    private readonly AuthenticationHeaderValue _credential = new("Bearer", token);

    /// <summary>Serves until it is told to stop.</summary>
    public async Task ServeAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stop);
            }
            catch (Exception lost) when (!stop.IsCancellationRequested && lost is HttpRequestException or IOException)
            {
                tally.Lost();
                await Task.Delay(TimeSpan.FromSeconds(1), stop);
            }
        }
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/hosts/{host.Id}/challenges") { Headers = { Authorization = _credential } };
        using var response = await streams.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync(stop);
        tally.Connected();
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(stop))
        {
            if (item.EventType == "challenge" && ProtocolJson.TryRead(Encoding.UTF8.GetBytes(item.Data), ProtocolJson.Default.Challenge, out var challenge, out _))
            {
                await AnswerAsync(challenge, stop);
            }
        }
    }

    private async Task AnswerAsync(Challenge challenge, CancellationToken stop)
    {
        var evidence = host.Answer(challenge).Encode();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/hosts/{host.Id}/evidence") { Headers = { Authorization = _credential }, Content = new ByteArrayContent(evidence) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.CmwCbor);
        var began = Stopwatch.GetTimestamp();
        using var response = await answers.SendAsync(request, stop);
        var result = await response.Content.ReadAsStringAsync(stop);
        tally.Verdict(response.IsSuccessStatusCode && Status(result) == "affirming", Stopwatch.GetElapsedTime(began));
    }

    private static string? Status(string token) => Base64UrlText.TryDecode(token.Split('.')[1], out var payload)
        ? System.Text.Json.JsonDocument.Parse(payload).RootElement.GetProperty("submods").GetProperty("host").GetProperty("ear.status").GetString()
        : null;
}
