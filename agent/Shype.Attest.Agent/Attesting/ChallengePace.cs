namespace Shype.Attest.Agent.Attesting;

/// <summary>How fast challenges are answered: a few at once, then at a pace that a TPM can keep. Whoever asks faster waits; nothing piles up here.</summary>
public sealed class ChallengePace(TimeProvider clock)
{
    private readonly long _start = clock.GetTimestamp();
    private double _allowance = Burst;
    private TimeSpan _last;

    /// <summary>How long to wait before the next answer; zero while the allowance lasts.</summary>
    public TimeSpan Next()
    {
        var now = clock.GetElapsedTime(_start);
        _allowance = Math.Min(Burst, _allowance + ((now - _last).TotalSeconds * PerSecond));
        _last = now;
        _allowance -= 1;
        return _allowance >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_allowance / PerSecond);
    }

    private const double Burst = 20;
    private const double PerSecond = 5;
}
