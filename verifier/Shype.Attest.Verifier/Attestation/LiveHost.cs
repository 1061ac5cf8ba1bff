using System.Threading.Channels;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>
/// One connected agent. Whoever asks joins the round that waits; when its challenge goes out the round is closed, so that the quote is
/// younger than every question it answers. One round is out at a time: however many ask, the host is quoted as fast as it can and no faster.
/// </summary>
internal sealed class LiveHost(TimeSpan patience, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Round? _waiting;
    private Round? _out;
    private bool _closed;

    /// <summary>Asks for a fresh quote; the answer is of evidence made after this call.</summary>
    public Task<HostAnswer> AskAsync()
    {
        lock (_lock)
        {
            if (_closed)
            {
                return Task.FromResult(HostAnswer.None(AskFailure.HostNotConnected));
            }

            _waiting ??= new Round();
            Wake();
            return _waiting.Answer.Task;
        }
    }

    /// <summary>Waits until a challenge should go out (true), or for so long that a sign of life should (false). Ends with the connection.</summary>
    public async Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = clock.CreateTimer(state => ((CancellationTokenSource)state!).Cancel(), either, longest, Timeout.InfiniteTimeSpan);
        try
        {
            return await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (ChannelClosedException)
        {
            throw new OperationCanceledException("another connection of this host took over");
        }
    }

    /// <summary>Closes the round that waits, because its challenge goes out now; false where nobody waits or a round is out.</summary>
    public bool TrySend(byte[] nonce)
    {
        lock (_lock)
        {
            if (_closed || _waiting is null || _out is not null)
            {
                return false;
            }

            var round = _out = _waiting;
            _waiting = null;
            round.Nonce = nonce;
            round.Timer = clock.CreateTimer(_ => End(round, HostAnswer.None(AskFailure.HostDidNotAnswer)), null, patience, Timeout.InfiniteTimeSpan);
            return true;
        }
    }

    /// <summary>Evidence that answers a challenge was appraised.</summary>
    public void Answer(ReadOnlySpan<byte> nonce, HostAnswer answer)
    {
        Round? round;
        lock (_lock)
        {
            round = _out is { } sent && nonce.SequenceEqual(sent.Nonce) ? sent : null;
        }

        if (round is not null)
        {
            End(round, answer);
        }
    }

    /// <summary>The connection is gone.</summary>
    public void Close()
    {
        Round? waiting, sent;
        lock (_lock)
        {
            _closed = true;
            (waiting, sent) = (_waiting, _out);
            _waiting = _out = null;
            _wake.Writer.TryComplete();
        }

        waiting?.End(HostAnswer.None(AskFailure.HostNotConnected));
        sent?.End(HostAnswer.None(AskFailure.HostNotConnected));
    }

    private void End(Round round, HostAnswer answer)
    {
        lock (_lock)
        {
            if (_out == round)
            {
                _out = null;
            }

            Wake();
        }

        round.End(answer);
    }

    private void Wake()
    {
        if (_waiting is not null && _out is null)
        {
            _wake.Writer.TryWrite(true);
        }
    }

    // Those who wait for one quote.
    private sealed class Round
    {
        public TaskCompletionSource<HostAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public byte[]? Nonce { get; set; }

        public ITimer? Timer { get; set; }

        public void End(HostAnswer answer)
        {
            Timer?.Dispose();
            Answer.TrySetResult(answer);
        }
    }
}
