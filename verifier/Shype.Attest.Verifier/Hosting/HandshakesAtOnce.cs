using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>
/// How many TLS handshakes are computed at a time: a thousand peers that come at once wait in line with each other, and requests of those who are connected do not.
/// A place in it is given to whoever has spoken, and for no longer than a handshake needs to be computed, so that nobody can sit on it.
/// </summary>
internal sealed class HandshakesAtOnce
{
    // Its items are the free places; who waits for one gets it in the order of coming.
    private readonly Channel<int> _places = Channel.CreateUnbounded<int>();
    private readonly TimeProvider _clock;

    /// <summary>So many places are free.</summary>
    public HandshakesAtOnce(int most, TimeProvider clock)
    {
        _clock = clock;
        for (var place = 0; place < most; place++)
        {
            _places.Writer.TryWrite(place);
        }
    }

    /// <summary>Before TLS: waits for the peer's first bytes and for a place. Who has none after <see cref="Patience"/> is hung up on.</summary>
    public ConnectionDelegate Admit(ConnectionDelegate next) => async connection =>
    {
        if (await PlaceAsync(connection) is not { } number)
        {
            connection.Abort();
            return;
        }

        using var place = new Place(number, _places.Writer, _clock);
        connection.Items[Mark] = place;
        await next(connection);
    };

    /// <summary>After TLS: the next may come.</summary>
    public static ConnectionDelegate Pass(ConnectionDelegate next) => connection =>
    {
        (connection.Items[Mark] as Place)?.Dispose();
        return next(connection);
    };

    private async Task<int?> PlaceAsync(ConnectionContext connection)
    {
        using var patience = new CancellationTokenSource(Patience, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, connection.ConnectionClosed);
        try
        {
            var first = await connection.Transport.Input.ReadAsync(either.Token);
            // Nothing is taken: TLS reads it again.
            connection.Transport.Input.AdvanceTo(first.Buffer.Start);
            return first.Buffer.IsEmpty ? null : await _places.Reader.ReadAsync(either.Token);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            return null;
        }
    }

    /// <summary>How long a peer has to say something and to get a place.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long a place is held: what our side of a handshake takes, and no time for the peer's. Peers that never go on can keep others out of it no better than peers that do.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromMilliseconds(5);

    private static readonly object Mark = new();

    // Given back once: after the handshake, when it fails, or when its time is over.
    private sealed class Place : IDisposable
    {
        private readonly ITimer _limit;
        private readonly int _number;
        private ChannelWriter<int>? _places;

        public Place(int number, ChannelWriter<int> places, TimeProvider clock)
        {
            (_number, _places) = (number, places);
            _limit = clock.CreateTimer(static place => ((Place)place!).Return(), this, Hold, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _limit.Dispose();
            Return();
        }

        private void Return() => Interlocked.Exchange(ref _places, null)?.TryWrite(_number);
    }
}
