namespace Shype.Attest.Tpm.Client;

/// <summary>
/// How often a command is sent again that the TPM could not carry out for now (<see cref="ResponseCode.MayRetry"/>), and with what pauses: each twice the one
/// before, up to a bound.
/// </summary>
public sealed record TpmRetryPolicy
{
    /// <summary>How often the command is sent, the first time included.</summary>
    public int Attempts { get; init; } = 12;

    /// <summary>The first pause.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The clock that pauses are measured by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Every response is final.</summary>
    public static TpmRetryPolicy Never { get; } = new() { Attempts = 1 };

    /// <summary>Waits after the attempt of this number, counted from 1; false when that was the last.</summary>
    internal bool PauseAfter(int attempt)
    {
        if (attempt >= Attempts)
        {
            return false;
        }

        var pause = FirstPause * Math.Pow(2, Math.Min(attempt - 1, LargestDoubling));
        Task.Delay(pause < LongestPause ? pause : LongestPause, Clock).GetAwaiter().GetResult();
        return true;
    }

    // Beyond this a pause would overflow; every sensible longest pause is shorter.
    private const int LargestDoubling = 20;
}
