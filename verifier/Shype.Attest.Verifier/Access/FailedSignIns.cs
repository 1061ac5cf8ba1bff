using System.Collections.Concurrent;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Access;

/// <summary>How often an address may show credentials that nobody knows in a minute. Over it: 429, and no signature of its tokens is looked at.</summary>
internal sealed class FailedSignIns(VerifierOptions options, TimeProvider clock)
{
    private Window _window = new(0);

    /// <summary>Whether the address has used up what it has.</summary>
    public bool IsExhausted(HttpContext context) => Now().Counts.GetValueOrDefault(AddressOf(context)) >= options.FailedSignInsPerMinute;

    /// <summary>Counts one more; false where there were too many.</summary>
    public bool TryCount(HttpContext context) => Now().Counts.AddOrUpdate(AddressOf(context), 1, (_, count) => count + 1) <= options.FailedSignInsPerMinute;

    // All that was counted is forgotten with its minute.
    private Window Now()
    {
        var minute = clock.GetUtcNow().Ticks / TimeSpan.TicksPerMinute;
        var window = Volatile.Read(ref _window);
        if (window.Minute == minute)
        {
            return window;
        }

        var next = new Window(minute);
        return Interlocked.CompareExchange(ref _window, next, window) == window ? next : Volatile.Read(ref _window);
    }

    private static string AddressOf(HttpContext context) => RateLimits.Neighbourhood(context.Connection.RemoteIpAddress);

    private sealed record Window(long Minute)
    {
        public ConcurrentDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);
    }
}
