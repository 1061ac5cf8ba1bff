using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Bench;

/// <summary>
/// P2 and P10: reading and replaying a firmware log of 150 events and our log of 500 VM starts, against nothing but the SHA-256 operations that each needs
/// (one extend for an event; content and extend for a record). Ratios compare with the baseline of the same category.
/// </summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkDotNet.Configs.BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class ReplayBench
{
    private const int Events = 150;
    private const int Vms = 500;

    private readonly byte[] _firmware = FirmwareLog();
    private readonly byte[] _ours = SampleLog.Sequence(SampleLog.Vms(Vms));
    private readonly byte[][] _contents = [.. SampleLog.Vms(Vms).Select(record => record.Content.ToArray())];
    private readonly byte[][] _data = [.. Enumerable.Range(0, Events).Select(EventData)];
    private readonly ReplayState _start = ReplayState.Start(AlgorithmId.Sha256, PcrPlan.Default);
    private readonly ReplayState _half;
    private readonly byte[] _ten;

    /// <summary>Logs as a host has them.</summary>
    public ReplayBench()
    {
        var records = SampleLog.Vms(Vms);
        _half = records.SkipLast(10).Aggregate(_start, (state, record) => state.After(record));
        _ten = SampleLog.Sequence(records.TakeLast(10));
    }

    /// <summary>150 extends.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("firmware")]
    public int FirmwareHashes()
    {
        Span<byte> pair = stackalloc byte[64];
        for (var i = 0; i < Events; i++)
        {
            SHA256.HashData(pair, pair[..32]);
        }

        return pair[0];
    }

    /// <summary>Parse and replay.</summary>
    [Benchmark, BenchmarkCategory("firmware")]
    public int FirmwareReplay()
    {
        return Replayed(out _).Explained.Count;
    }

    /// <summary>150 hashes of data and 150 extends.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("firmware, every digest re-hashed")]
    public int FirmwareAllHashes()
    {
        Span<byte> digest = stackalloc byte[32];
        foreach (var data in _data)
        {
            SHA256.HashData(data, digest);
        }

        return digest[0] + FirmwareHashes();
    }

    /// <summary>Parse, hash every event's data, compare, replay (P10).</summary>
    [Benchmark, BenchmarkCategory("firmware, every digest re-hashed")]
    public int FirmwareReplayAndHash()
    {
        var replay = Replayed(out var log);
        Span<byte> digest = stackalloc byte[32];
        var covered = 0;
        foreach (var measured in log.Events)
        {
            AlgorithmId.Sha256.Hash(measured.Data.Span, digest);
            covered += digest.SequenceEqual(measured.Digest(AlgorithmId.Sha256).Span) ? 1 : 0;
        }

        return covered + replay.Explained.Count;
    }

    /// <summary>501 hashes of content and 501 extends.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("500 VM records")]
    public int RecordHashes()
    {
        Span<byte> pair = stackalloc byte[64];
        foreach (var content in _contents)
        {
            SHA256.HashData(content, pair[32..]);
            SHA256.HashData(pair, pair[..32]);
        }

        return pair[0];
    }

    /// <summary>Decode, check and replay.</summary>
    [Benchmark, BenchmarkCategory("500 VM records")]
    public ulong RecordReplay()
    {
        LogReplay.TryReplay(_start, _ours, out var next, out _, out _);
        return next!.NextRecord;
    }

    /// <summary>The hashes of ten records.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("10 new records")]
    public int TenHashes()
    {
        Span<byte> pair = stackalloc byte[64];
        foreach (var content in _contents.AsSpan(^10..))
        {
            SHA256.HashData(content, pair[32..]);
            SHA256.HashData(pair, pair[..32]);
        }

        return pair[0];
    }

    /// <summary>Ten records on top of a state.</summary>
    [Benchmark, BenchmarkCategory("10 new records")]
    public ulong TenReplay()
    {
        LogReplay.TryReplay(_half, _ten, out var next, out _, out _);
        return next!.NextRecord;
    }

    private FirmwareReplay Replayed(out TcgEventLog log) =>
        TcgEventLog.TryParse(_firmware, out var parsed, out var problem) && PcrReplay.TryReplay(log = parsed, AlgorithmId.Sha256, out var replay)
            ? replay
            : throw new InvalidOperationException(problem?.ToString());

    private static byte[] FirmwareLog()
    {
        var writer = new TcgEventLogWriter(AlgorithmId.Sha1, AlgorithmId.Sha256, AlgorithmId.Sha384);
        for (var i = 0; i < Events; i++)
        {
            writer.Add(new PcrIndex(i % 10), EventType.Ipl, EventData(i));
        }

        return writer.ToArray();
    }

    // As in real logs: most events under 100 bytes, a few of kilobytes.
    private static byte[] EventData(int i) => new byte[i % 10 == 0 ? 2000 : 20 + (i % 80)];
}
