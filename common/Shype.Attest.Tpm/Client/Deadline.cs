namespace Shype.Attest.Tpm.Client;

/// <summary>The moment after which nobody waits any longer.</summary>
internal readonly struct Deadline(TimeProvider clock, TimeSpan length)
{
    private readonly long _start = clock.GetTimestamp();

    /// <summary>How long this was from the start.</summary>
    public TimeSpan Length => length;

    /// <summary>How long it still is; never below zero.</summary>
    public TimeSpan Left => clock.GetElapsedTime(_start) is var gone && gone < length ? length - gone : TimeSpan.Zero;

    /// <summary>The same in whole milliseconds, at least one while there is any.</summary>
    public int LeftMilliseconds => (int)Math.Ceiling(Math.Min(Left.TotalMilliseconds, int.MaxValue));

    /// <summary>Whether it has come.</summary>
    public bool IsPast => Left == TimeSpan.Zero;
}
