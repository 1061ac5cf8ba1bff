using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Verifier.Hosting;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>TLS handshakes wait in line with each other, and nobody can sit on a place in it (threat row R07).</summary>
public sealed class HandshakesAtOnceTests
{
    private const int Places = 2;

    private readonly FakeTimeProvider _clock = new();
    private readonly List<Peer> _inside = [];
    private readonly HandshakesAtOnce _handshakes;

    public HandshakesAtOnceTests() => _handshakes = new HandshakesAtOnce(Places, _clock);

    [Fact]
    public async Task R07_a_peer_that_says_nothing_takes_no_place_and_is_hung_up_on()
    {
        var silent = Enumerable.Range(0, 10).Select(_ => Come()).ToList();
        await SpeakAsync(Come());
        Assert.Single(_inside);

        _clock.Advance(HandshakesAtOnce.Patience);
        foreach (var peer in silent)
        {
            await peer.Ended;
            Assert.True(peer.IsAborted);
        }

        Assert.False(_inside[0].IsAborted);
    }

    [Fact]
    public async Task R07_so_many_handshakes_are_computed_at_a_time_and_the_next_comes_when_one_is_done()
    {
        for (var i = 0; i < Places + 2; i++)
        {
            await SpeakAsync(Come());
        }

        Assert.Equal(Places, _inside.Count);
        await _inside[0].FinishTlsAsync();
        await HaveComeAsync(Places + 1);
        // Nobody gives a place back twice: the connection ends after its handshake.
        await _inside[0].LeaveAsync();
        Assert.Equal(Places + 1, _inside.Count);
        await _inside[1].LeaveAsync();
        await HaveComeAsync(Places + 2);
    }

    [Fact]
    public async Task R07_who_begins_a_handshake_and_does_not_go_on_loses_the_place()
    {
        for (var i = 0; i < Places + 1; i++)
        {
            await SpeakAsync(Come());
        }

        Assert.Equal(Places, _inside.Count);
        _clock.Advance(HandshakesAtOnce.Hold);
        await HaveComeAsync(Places + 1);
        Assert.DoesNotContain(_inside, peer => peer.IsAborted);
    }

    [Fact]
    public async Task R07_what_a_peer_said_first_is_read_again_by_tls()
    {
        var peer = Come();
        await SpeakAsync(peer);
        var read = await peer.Connection.Transport.Input.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal([0x16], System.Buffers.BuffersExtensions.ToArray(read.Buffer));
    }

    private Peer Come()
    {
        var peer = new Peer();
        peer.Ended = _handshakes.Admit(async _ =>
        {
            lock (_inside)
            {
                _inside.Add(peer);
            }

            await peer.Left;
        })(peer.Connection);
        return peer;
    }

    // Returns when it stands in line or is inside: the pipes run what waits for them at once.
    private static async Task SpeakAsync(Peer peer) => await peer.Sent.WriteAsync(new byte[] { 0x16 }, TestContext.Current.CancellationToken);

    private async Task HaveComeAsync(int count)
    {
        while (_inside.Count < count)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal(count, _inside.Count);
    }

    private sealed class Peer
    {
        private readonly TaskCompletionSource _left = new();
        private readonly Pipe _sent = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));

        public Peer() => Connection = new AbortableConnection(this) { Transport = new Duplex(_sent.Reader, new Pipe().Writer) };

        public ConnectionContext Connection { get; }

        public PipeWriter Sent => _sent.Writer;

        public Task Left => _left.Task;

        public Task Ended { get; set; } = Task.CompletedTask;

        public bool IsAborted { get; private set; }

        public Task FinishTlsAsync() => HandshakesAtOnce.Pass(_ => Task.CompletedTask)(Connection);

        public Task LeaveAsync()
        {
            _left.SetResult();
            return Ended;
        }

        private sealed class AbortableConnection(Peer peer) : DefaultConnectionContext
        {
            public override void Abort(ConnectionAbortedException abortReason) => peer.IsAborted = true;
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
