using System.Globalization;
using System.Text;
using System.Text.Json;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Store;
using Shype.Attest.Verifier.Watch;

namespace Shype.Attest.Verifier.Api;

/// <summary>Changes of hosts' states as they happen, as server-sent events; whoever was away goes on where it was.</summary>
internal static class EventsApi
{
    /// <summary>The routes.</summary>
    public static void MapEvents(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/events", Stream).RequireAuthorization(Roles.Viewer).DisableRequestTimeout();

    private static IResult Stream(HttpContext context, long? after, IWatchStore store, EventFeed feed, EventStreams streams, TimeProvider clock, IHostApplicationLifetime lifetime)
    {
        if (context.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } header])
        {
            if (!long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var last))
            {
                return Problems.Malformed("Last-Event-ID", "is not the id of an event of this stream");
            }

            after = last;
        }

        return after < 0 ? Problems.Malformed("after", "is the number of an event, or 0 for all that are kept")
            : streams.TryTakePlace() is { } place ? new EventStream(after, place, store, feed, clock, lifetime)
            : Problems.Of(StatusCodes.Status429TooManyRequests, ProblemTypes.TooMany, $"{WatchLimits.MaxStreams} readers follow the events already.");
    }
}

/// <summary>The places of those who follow the events.</summary>
internal sealed class EventStreams
{
    private int _taken;

    /// <summary>A place; null where all are taken.</summary>
    public IDisposable? TryTakePlace()
    {
        if (Interlocked.Increment(ref _taken) <= WatchLimits.MaxStreams)
        {
            return new Place(this);
        }

        Interlocked.Decrement(ref _taken);
        return null;
    }

    private sealed class Place(EventStreams streams) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref streams._taken);
    }
}

/// <summary>One reader. It reads the history at its own speed; what it has not read waits there, not in memory.</summary>
internal sealed class EventStream(long? start, IDisposable place, IWatchStore store, EventFeed feed, TimeProvider clock, IHostApplicationLifetime lifetime) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var taken = place;
        // Credentials are looked at when a stream begins: whoever still may comes again.
        using var life = new CancellationTokenSource(LongestStream, clock);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, lifetime.ApplicationStopping, life.Token);
        try
        {
            var after = start ?? await store.ReadLastHostEventAsync(ending.Token);
            httpContext.Response.ContentType = MediaTypes.EventStream;
            // The id at once, so that whoever loses the connection before the first event misses nothing.
            await WriteAsync(httpContext.Response, $"retry: 2000\nevent: start\nid: {after.ToString(CultureInfo.InvariantCulture)}\ndata: {{}}\n\n", ending.Token);
            while (true)
            {
                var events = await store.ReadHostEventsAsync(after, WatchLimits.MaxPage, ending.Token);
                if (events.Count == 0)
                {
                    await WaitAsync(httpContext.Response, after, ending.Token);
                    continue;
                }

                await WriteAsync(httpContext.Response, Text(events), ending.Token);
                after = events[^1].Number;
            }
        }
        catch (OperationCanceledException)
        {
            // The reader hung up, its time is over, or the verifier stops.
        }
    }

    private async Task WaitAsync(HttpResponse response, long after, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        await feed.WaitAsync(after, KeepAlive, cancellationToken);
        if (clock.GetElapsedTime(began) >= KeepAlive)
        {
            await WriteAsync(response, ": keep-alive\n\n", cancellationToken);
        }
    }

    private static string Text(IReadOnlyList<HostEvent> events)
    {
        var text = new StringBuilder();
        foreach (var change in events)
        {
            text.Append(CultureInfo.InvariantCulture, $"event: host-state\nid: {change.Number}\ndata: {JsonSerializer.Serialize(change, ProtocolJson.Default.HostEvent)}\n\n");
        }

        return text.ToString();
    }

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestStream = TimeSpan.FromMinutes(10);
}
