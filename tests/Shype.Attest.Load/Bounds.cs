using System.Diagnostics;
using System.Security.Cryptography;

namespace Shype.Attest.Load;

/// <summary>What cannot be beaten: the checks that one core makes, the flushes that the disk makes.</summary>
internal static class Bounds
{
    /// <summary>CPU time of one bare check of a P-256 signature over a SHA-256 digest by OpenSSL, in milliseconds.</summary>
    public static double SignatureCheck()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var digest = SHA256.HashData("a quote"u8);
        var signature = key.SignHash(digest);
        return MillisecondsEach(() => key.VerifyHash(digest, signature));
    }

    /// <summary>CPU time of one P-256 signature by OpenSSL, in milliseconds: each verdict is signed.</summary>
    public static double Signature()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var digest = SHA256.HashData("a result"u8);
        return MillisecondsEach(() => key.SignHash(digest));
    }

    /// <summary>How often a second a page can be appended to a file in a folder and be on the disk.</summary>
    public static double FlushesPerSecond(string folder)
    {
        var path = Path.Combine(folder, "flushes");
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        var page = new byte[4096];
        var (flushes, clock) = (0, Stopwatch.StartNew());
        for (; clock.Elapsed < Short; flushes++)
        {
            file.Write(page);
            file.Flush(flushToDisk: true);
        }

        return flushes / clock.Elapsed.TotalSeconds;
    }

    // CPU time and not the clock's, so that a busy machine shows the same. Nothing else runs in this program meanwhile.
    private static double MillisecondsEach(Action work)
    {
        for (var i = 0; i < 100; i++)
        {
            work();
        }

        var (before, clock, times) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew(), 0);
        for (; clock.Elapsed < Short; times++)
        {
            work();
        }

        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / times;
    }

    private static readonly TimeSpan Short = TimeSpan.FromSeconds(0.5);
}
