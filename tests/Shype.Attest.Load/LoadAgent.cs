using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using Shype.Attest.Protocol;

namespace Shype.Attest.Load;

/// <summary>One agent: holds its stream of challenges, answers each, comes back when the stream ends.</summary>
/// <param name="host">The host.</param>
/// <param name="streams">For its stream, a connection of its own.</param>
/// <param name="answers">For its evidence, connections that all agents share: one process may not hold two files for each of so many.</param>
/// <param name="tally">What is counted.</param>
/// <param name="quote">How long its TPM takes for a quote.</param>
internal sealed class LoadAgent(LoadHost host, HttpClient streams, AttestClient answers, Tally tally, TimeSpan quote = default)
{
    private readonly AuthenticationHeaderValue _credential = new("Bearer", host.Token);

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
                await Task.Delay(quote, stop);
                await answers.AnswerAsync(host, challenge, Stopwatch.GetTimestamp(), stop);
            }
        }
    }
}
