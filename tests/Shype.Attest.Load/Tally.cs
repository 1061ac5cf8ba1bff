using System.Collections.Concurrent;

namespace Shype.Attest.Load;

/// <summary>What the agents saw.</summary>
internal sealed class Tally
{
    private readonly ConcurrentQueue<double> _milliseconds = new();
    private int _connected;
    private int _affirmed;
    private int _other;
    private int _lost;

    /// <summary>Streams that were opened.</summary>
    public int Connections => Volatile.Read(ref _connected);

    /// <summary>Verdicts that were affirming.</summary>
    public int Affirmed => Volatile.Read(ref _affirmed);

    /// <summary>Answers that were anything else.</summary>
    public int Others => Volatile.Read(ref _other);

    /// <summary>All answers.</summary>
    public int Answered => Affirmed + Others;

    /// <summary>Answers whose times are counted.</summary>
    public int Count => _milliseconds.Count;

    /// <summary>Connections that broke.</summary>
    public int LostConnections => Volatile.Read(ref _lost);

    public void Connected() => Interlocked.Increment(ref _connected);

    public void Lost() => Interlocked.Increment(ref _lost);

    public void Verdict(bool isAffirming, TimeSpan time)
    {
        Interlocked.Increment(ref isAffirming ? ref _affirmed : ref _other);
        _milliseconds.Enqueue(time.TotalMilliseconds);
    }

    /// <summary>Returns when something holds.</summary>
    public async Task UntilAsync(Func<Tally, bool> holds)
    {
        while (!holds(this))
        {
            await Task.Delay(5);
        }
    }

    /// <summary>Forgets the times so far.</summary>
    public void BeginTimes() => _milliseconds.Clear();

    /// <summary>The time from sending evidence to its verdict that a share of all stayed under, in milliseconds.</summary>
    public double Percentile(double share) => _milliseconds.Order().ToArray() is { Length: > 0 } sorted ? sorted[(int)((sorted.Length - 1) * share)] : 0;
}
