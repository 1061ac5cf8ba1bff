using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Shype.Attest.Load;

/// <summary>The machine, and how busy it was with other things: figures of a busy machine say less.</summary>
internal sealed class MachineLoad
{
    private readonly double _loadBefore = LoadAverage();
    private readonly double _busyBefore = BusySeconds();
    private readonly TimeSpan _ownBefore = Own();
    private readonly long _began = Stopwatch.GetTimestamp();
    private double _loadAfter;
    private double _othersShare;

    private MachineLoad()
    {
    }

    /// <summary>Begins to look.</summary>
    public static MachineLoad Begin() => new();

    /// <summary>Ends; the verifiers that were started are still there or were counted when they ended.</summary>
    public MachineLoad End()
    {
        var seconds = Stopwatch.GetElapsedTime(_began).TotalSeconds * Environment.ProcessorCount;
        var own = (Own() - _ownBefore).TotalSeconds;
        _othersShare = Math.Clamp((BusySeconds() - _busyBefore - own) / seconds, 0, 1);
        _loadAfter = LoadAverage();
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Model}, {Environment.ProcessorCount} cores, .NET {Environment.Version}; load average {_loadBefore:0.0} before and {_loadAfter:0.0} after, others had {_othersShare:P0} of the CPU");

    /// <summary>As JSON.</summary>
    public JsonObject ToJson() => new()
    {
        ["cpu"] = Model,
        ["cores"] = Environment.ProcessorCount,
        ["runtime"] = Environment.Version.ToString(),
        ["loadBefore"] = _loadBefore,
        ["loadAfter"] = _loadAfter,
        ["othersShare"] = _othersShare,
    };

    private static TimeSpan Own() => Environment.CpuUsage.TotalTime + VerifierUnderLoad.CpuOfAll;

    // proc(5), /proc/loadavg.
    private static double LoadAverage() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    // proc(5), /proc/stat: user, nice, system, then idle and iowait, irq, softirq; in hundredths of a second.
    private static double BusySeconds()
    {
        var times = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToList();
        return (times[0] + times[1] + times[2] + times[5] + times[6]) / 100.0;
    }

    private static string Model { get; } = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[^1] ?? "unknown CPU";
}
