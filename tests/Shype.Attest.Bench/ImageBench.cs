using System.Diagnostics;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Shype.Attest.Agent.Images;
using Shype.Attest.Agent.Measuring;

namespace Shype.Attest.Bench;

/// <summary>P7: digests of an image of 1 GiB in the page cache, each beside the tool that everybody has: <c>openssl dgst</c> and <c>fsverity digest</c>, whole processes.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class ImageBench
{
    private const int Bytes = 1 << 30;
    private string _file = "";

    /// <summary>Whether both tools are here.</summary>
    public static bool CanRun => File.Exists("/usr/bin/openssl") && File.Exists("/usr/bin/fsverity");

    /// <summary>Writes the image.</summary>
    [GlobalSetup]
    public void Write()
    {
        _file = Path.GetTempFileName();
        using var file = File.OpenWrite(_file);
        for (var i = 0; i < Bytes >> 20; i++)
        {
            file.Write(RandomNumberGenerator.GetBytes(1 << 20));
        }
    }

    /// <summary>Removes it.</summary>
    [GlobalCleanup]
    public void Remove() => File.Delete(_file);

    /// <summary>openssl dgst -sha256.</summary>
    [Benchmark(Baseline = true)]
    [BenchmarkCategory("sha256")]
    public int OpenSsl() => Run("/usr/bin/openssl", "dgst", "-sha256", _file);

    /// <summary>SHA-256 as the agent takes it.</summary>
    [Benchmark]
    [BenchmarkCategory("sha256")]
    public int Sha256()
    {
        using var image = ImageFile.Open(_file);
        return image.Digest(null, CancellationToken.None).Value[0];
    }

    /// <summary>fsverity digest.</summary>
    [Benchmark(Baseline = true)]
    [BenchmarkCategory("fs-verity")]
    public int FsVerityUtils() => Run("/usr/bin/fsverity", "digest", _file);

    /// <summary>The fs-verity digest as the agent takes it.</summary>
    [Benchmark]
    [BenchmarkCategory("fs-verity")]
    public int FsVerity()
    {
        using var image = ImageFile.Open(_file);
        return VerityDigests.FsVerity(image, null, CancellationToken.None).Value[0];
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
