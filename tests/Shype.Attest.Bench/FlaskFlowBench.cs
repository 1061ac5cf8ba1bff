using System.Collections.Immutable;
using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using Shype.Attest.Isolation.Flask;
using Shype.Attest.Testing;

namespace Shype.Attest.Bench;

/// <summary>
/// P9 beside seinfoflow: a shortest way around the host under the same FLASK policy with the same directions, from the file to the answer. seinfoflow is a whole process,
/// as its users run it; how much of that is its start is the second line.
/// </summary>
[MemoryDiagnoser]
public class FlaskFlowBench
{
    private const string Seinfoflow = "/usr/bin/seinfoflow";
    private readonly string _policy = TestData.PathOf("flask", "xen.30");
    private readonly string _help = "--help";
    private readonly string _map = Path.Combine(Path.GetTempPath(), $"shype-bench-map-{Environment.ProcessId}");

    /// <summary>Whether there is something to compare with.</summary>
    public static bool CanRun => File.Exists(Seinfoflow);

    /// <summary>Writes the permission map.</summary>
    [GlobalSetup]
    public void WriteMap() => File.WriteAllLines(_map, PermissionMap.Lines());

    /// <summary>Removes it.</summary>
    [GlobalCleanup]
    public void RemoveMap() => File.Delete(_map);

    /// <summary>seinfoflow, from process start to its end.</summary>
    [Benchmark(Baseline = true)]
    public string SeinfoflowsWay() => Run("-S", "-b", "default", "-m", _map, "-p", _policy, "-s", "blue_t", "-t", "red_t", "dom0_t") is var printed && printed.Contains("driver_t", StringComparison.Ordinal)
        ? printed
        : throw new InvalidOperationException(printed);

    /// <summary>Only its start: interpreter and libraries.</summary>
    [Benchmark]
    public string SeinfoflowsStart() => Run(_help);

    /// <summary>Ours: the policy read, every flow found, and the way.</summary>
    [Benchmark]
    public ImmutableArray<FlaskFlow> OurWay()
    {
        FlaskProblem? problem = null;
        return FlaskBinary.TryParse(File.ReadAllBytes(_policy), out var policy, out problem)
            && FlaskCommunication.TryOf(policy, BooleanValues.Defaults(policy), [], out var communication, out problem)
            && communication.Path("blue_t", "red_t", "dom0_t") is { Length: 2 } way
                ? way
                : throw new InvalidOperationException(problem?.ToString());
    }

    private static string Run(params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(Seinfoflow, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return printed;
    }
}
