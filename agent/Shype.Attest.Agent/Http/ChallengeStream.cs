using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Shype.Attest.Protocol;

namespace Shype.Attest.Agent.Http;

/// <summary>Challenges out of server-sent events. A stream that goes silent or floods is given up; other events than challenges are skipped.</summary>
internal static class ChallengeStream
{
    public static async IAsyncEnumerable<Challenge> ReadAsync(HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var raw = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var stream = new MeteredStream(raw, MaxBetweenEvents, Silence);
        var parser = SseParser.Create(stream, static (_, data) => data.ToArray());
        await foreach (var item in parser.EnumerateAsync(cancellationToken).ConfigureAwait(false))
        {
            stream.StartAnew();
            if (item.EventType != EventName)
            {
                continue;
            }

            if (!ProtocolJson.TryRead(item.Data, ProtocolJson.Default.Challenge, out var challenge, out var problem))
            {
                throw new VerifierException($"the verifier sent what is no challenge: {problem}");
            }

            yield return challenge;
        }
    }

    private const string EventName = "challenge";
    private const long MaxBetweenEvents = 4 * ProtocolLimits.MaxJsonBytes;

    // The verifier sends a comment more often than this to keep the stream alive.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(90);
}
