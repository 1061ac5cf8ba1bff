using System.Threading.Channels;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>
/// One connected agent. Whoever asks joins the round that waits; when its challenge goes out the round is closed, so that the quote is
/// younger than every question it answers. One round is out at a time: however many ask, the host is quoted as fast as it can and no faster.
/// A round ends when its challenge was not answered in <paramref name="patience"/>, and at the latest, wherever the connection hangs, after twice that:
/// the time of the round that was out before it, and its own.
/// </summary>
/// <param name="patience">How long an agent may take to answer a challenge.</param>
/// <param name="clock">The time.</param>
internal sealed class LiveHost(TimeSpan patience, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Round? _waiting;
    private Round? _out;
    private ITimer? _pulse;
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

            var round = Waiting();
            round.HasAskers = true;
            Wake();
            return round.Answer.Task;
        }
    }

    /// <summary>A question that was asked at another verifier joins those that wait here; says which challenge it goes with, where that is out already.</summary>
    public bool TryJoin(string question, out byte[]? challenge)
    {
        lock (_lock)
        {
            challenge = _out is { } sent && sent.Questions.Contains(question) ? sent.Nonce : null;
            if (_closed || challenge is not null)
            {
                return !_closed;
            }

            var round = Waiting();
            if (!round.Questions.Contains(question) && round.Questions.Count < ReplicaMessage.MaxQuestions)
            {
                round.Questions.Add(question);
            }

            Wake();
            return true;
        }
    }

    /// <summary>The challenge that is out; null where none is.</summary>
    public byte[]? Out
    {
        get
        {
            lock (_lock)
            {
                return _out?.Nonce;
            }
        }
    }

    /// <summary>Waits until a challenge should go out (true), or for so long that a sign of life should (false). Ends with the connection.</summary>
    public async Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        // One timer for the connection, and no exception when it fires: of many thousand connections that are silent, hundreds do so every second.
        _pulse ??= clock.CreateTimer(_ => _wake.Writer.TryWrite(true), null, longest, Timeout.InfiniteTimeSpan);
        _pulse.Change(longest, Timeout.InfiniteTimeSpan);
        try
        {
            await _wake.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new OperationCanceledException(TakenOver);
        }

        lock (_lock)
        {
            return _closed ? throw new OperationCanceledException(TakenOver) : _waiting is not null && _out is null;
        }
    }

    /// <summary>
    /// Closes the round that waits, because its challenge goes out now; false where nobody waits or a round is out. Says the questions of other verifiers that it is for.
    /// </summary>
    public bool TrySend(byte[] nonce, out IReadOnlyList<string> questions)
    {
        lock (_lock)
        {
            questions = [];
            if (_closed || _waiting is null || _out is not null)
            {
                return false;
            }

            var round = _out = _waiting;
            _waiting = null;
            round.Nonce = nonce;
            round.Patience = EndAfter(patience, round);
            questions = [.. round.Questions];
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

    /// <summary>Whether somebody here waits for what becomes of a challenge. One that only other verifiers wait for is over by this: they are told as well.</summary>
    public bool IsWaitingFor(ReadOnlySpan<byte> nonce)
    {
        Round? round;
        lock (_lock)
        {
            round = _out is { } sent && nonce.SequenceEqual(sent.Nonce) ? sent : null;
        }

        if (round is { HasAskers: false })
        {
            End(round, HostAnswer.None(AskFailure.HostNotConnected));
        }

        return round is { HasAskers: true };
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

        _pulse?.Dispose();

        waiting?.End(HostAnswer.None(AskFailure.HostNotConnected));
        sent?.End(HostAnswer.None(AskFailure.HostNotConnected));
    }

    private Round Waiting()
    {
        if (_waiting is null)
        {
            var round = _waiting = new Round();
            round.Life = EndAfter(2 * patience, round);
        }

        return _waiting;
    }

    private ITimer EndAfter(TimeSpan time, Round round) =>
        clock.CreateTimer(_ => End(round, HostAnswer.None(AskFailure.HostDidNotAnswer)), null, time, Timeout.InfiniteTimeSpan);

    private void End(Round round, HostAnswer answer)
    {
        lock (_lock)
        {
            _out = _out == round ? null : _out;
            _waiting = _waiting == round ? null : _waiting;
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

    private const string TakenOver = "another connection of this host took over";

    // Those who wait for one quote.
    private sealed class Round
    {
        public bool HasAskers { get; set; }

        public List<string> Questions { get; } = [];

        public TaskCompletionSource<HostAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public byte[]? Nonce { get; set; }

        public ITimer? Life { get; set; }

        public ITimer? Patience { get; set; }

        public void End(HostAnswer answer)
        {
            Life?.Dispose();
            Patience?.Dispose();
            Answer.TrySetResult(answer);
        }
    }
}
