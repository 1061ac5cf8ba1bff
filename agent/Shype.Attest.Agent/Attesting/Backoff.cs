using System.Security.Cryptography;

namespace Shype.Attest.Agent.Attesting;

/// <summary>How long to wait before trying again: doubled with each failure up to a minute, and half of it by chance, so that a thousand agents do not come back at once.</summary>
internal static class Backoff
{
    public static TimeSpan After(int failures)
    {
        var longest = Math.Min(MaxMilliseconds, FirstMilliseconds << Math.Clamp(failures - 1, 0, 16));
        return TimeSpan.FromMilliseconds((longest / 2) + RandomNumberGenerator.GetInt32((longest / 2) + 1));
    }

    private const int FirstMilliseconds = 1000;
    private const int MaxMilliseconds = 60_000;
}
