using System.Threading.RateLimiting;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Access;

/// <summary>How often an address may show credentials that nobody knows. Over it: 429, and no signature of its tokens is looked at.</summary>
internal sealed class FailedSignIns(VerifierOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<HttpContext> _limiter = PartitionedRateLimiter.Create<HttpContext, string>(
        context => RateLimits.Bucket(RateLimits.Neighbourhood(context.Connection.RemoteIpAddress), options.FailedSignInsPerMinute));

    /// <summary>Whether the address has used up what it has.</summary>
    public bool IsExhausted(HttpContext context)
    {
        using var lease = _limiter.AttemptAcquire(context, 0);
        return !lease.IsAcquired;
    }

    /// <summary>Counts one more; false where there were too many.</summary>
    public bool TryCount(HttpContext context)
    {
        using var lease = _limiter.AttemptAcquire(context);
        return lease.IsAcquired;
    }

    /// <inheritdoc/>
    public void Dispose() => _limiter.Dispose();
}
