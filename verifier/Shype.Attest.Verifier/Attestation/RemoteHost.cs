using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>
/// Those who ask here about one host that is connected elsewhere. Whoever asks joins the question that waits; it is closed before it is put for the first time, and
/// one is put at a time, until its challenge is out.
/// </summary>
internal sealed class RemoteHost(string hostId, Elsewhere elsewhere)
{
    private readonly Lock _lock = new();
    private readonly List<RemoteQuestion> _out = [];
    private RemoteQuestion? _waiting;
    private RemoteQuestion? _put;
    private bool _isOver;

    /// <summary>The challenges that are out.</summary>
    public IReadOnlyList<byte[]> Out
    {
        get
        {
            lock (_lock)
            {
                return [.. _out.Select(question => question.Challenge!)];
            }
        }
    }

    /// <summary>Asks; false where this object is done with, and another one must be asked.</summary>
    public bool TryAsk([NotNullWhen(true)] out Task<HostAnswer>? answer)
    {
        lock (_lock)
        {
            answer = null;
            if (_isOver)
            {
                return false;
            }

            _waiting ??= new RemoteQuestion();
            answer = _waiting.Answer;
            if (_put is null)
            {
                _put = _waiting;
                _waiting = null;
                _ = PutAsync(_put);
            }

            return true;
        }
    }

    /// <summary>Another verifier has the question.</summary>
    public void Taken(string number)
    {
        lock (_lock)
        {
            if (_put?.Number == number)
            {
                _put.Take();
            }
        }
    }

    /// <summary>The challenge of these questions is out.</summary>
    public void Sent(IReadOnlyList<string> numbers, byte[] challenge)
    {
        lock (_lock)
        {
            if (_put is { } put && put.Challenge is null && numbers.Contains(put.Number))
            {
                put.Challenge = challenge;
                _out.Add(put);
                put.Send();
            }
        }
    }

    /// <summary>Whether a question waits for what becomes of a challenge.</summary>
    public bool IsWaitingFor(ReadOnlySpan<byte> challenge) => Find(challenge) is not null;

    /// <summary>Evidence that answers a challenge was appraised.</summary>
    public void Answer(ReadOnlySpan<byte> challenge, HostAnswer answer) => Find(challenge)?.End(answer);

    private RemoteQuestion? Find(ReadOnlySpan<byte> challenge)
    {
        lock (_lock)
        {
            foreach (var question in _out)
            {
                if (challenge.SequenceEqual(question.Challenge))
                {
                    return question;
                }
            }

            return null;
        }
    }

    private async Task PutAsync(RemoteQuestion question)
    {
        // Off the caller's thread and out of its lock.
        await Task.Yield();
        while (true)
        {
            await elsewhere.PutAsync(hostId, question);
            _ = ForgetAsync(question);
            lock (_lock)
            {
                _put = _waiting;
                _waiting = null;
                if (_put is null)
                {
                    return;
                }

                question = _put;
            }
        }
    }

    private async Task ForgetAsync(RemoteQuestion question)
    {
        await question.Answer;
        lock (_lock)
        {
            _out.Remove(question);
            if (_put is null && _waiting is null && _out.Count == 0)
            {
                _isOver = true;
                elsewhere.Forget(hostId, this);
            }
        }
    }
}

/// <summary>One question to a host that is connected elsewhere, and all who wait for its answer.</summary>
internal sealed class RemoteQuestion
{
    private readonly TaskCompletionSource<HostAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource? _taken;
    private ITimer? _patience;

    /// <summary>Its number, which nobody can guess.</summary>
    public string Number { get; } = Elsewhere.NewQuestion();

    /// <summary>The challenge that it goes with; null until that is out.</summary>
    public byte[]? Challenge { get; set; }

    /// <summary>Its answer.</summary>
    public Task<HostAnswer> Answer => _answer.Task;

    /// <summary>Done when its challenge is out.</summary>
    public Task Sent => _sent.Task;

    /// <summary>Done when somebody has it from now on.</summary>
    public Task Expect() => (_taken = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Somebody has it.</summary>
    public void Take() => _taken?.TrySetResult();

    /// <summary>Its challenge is out.</summary>
    public void Send() => _sent.TrySetResult();

    /// <summary>Nobody waits longer than this.</summary>
    public void EndAfter(TimeSpan time, TimeProvider clock)
    {
        _patience = clock.CreateTimer(_ => End(HostAnswer.None(AskFailure.HostDidNotAnswer)), null, time, Timeout.InfiniteTimeSpan);
        if (Answer.IsCompleted)
        {
            _patience.Dispose();
        }
    }

    /// <summary>It is over.</summary>
    public void End(HostAnswer answer)
    {
        _patience?.Dispose();
        _answer.TrySetResult(answer);
    }
}
