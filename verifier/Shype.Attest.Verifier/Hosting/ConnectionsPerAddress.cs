using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>How many connections one address may hold, counted before TLS: whoever opens more hears nothing, and the others are served.</summary>
internal sealed class ConnectionsPerAddress(int most)
{
    private readonly ConcurrentDictionary<string, int> _open = new(StringComparer.Ordinal);

    /// <summary>Bounds what comes next.</summary>
    public ConnectionDelegate Bound(ConnectionDelegate next) => async connection =>
    {
        var address = RateLimits.Neighbourhood((connection.RemoteEndPoint as IPEndPoint)?.Address);
        try
        {
            if (_open.AddOrUpdate(address, 1, (_, open) => open + 1) > most)
            {
                connection.Abort();
                return;
            }

            await next(connection);
        }
        finally
        {
            var left = _open.AddOrUpdate(address, 0, (_, open) => open - 1);
            if (left == 0)
            {
                _open.TryRemove(new KeyValuePair<string, int>(address, 0));
            }
        }
    };
}
