using System.Diagnostics;
using System.Text.Json;

namespace Shype.Attest.Load;

/// <summary>A large fleet that is only enrolled: what it costs to start, to hold and to show.</summary>
internal static class FleetLoad
{
    /// <summary>Measures.</summary>
    public static async Task<LoadReport> RunAsync(Scene scene)
    {
        var options = scene.Options;
        var (emptyStart, emptyCpu, emptyMemory) = await EmptyAsync(scene);
        var hosts = await scene.EnrolAsync(options.Hosts);
        Scene.Say($"{hosts.Count} hosts enrolled");
        var clock = Stopwatch.StartNew();
        var verifier = await scene.StartAsync();
        var (start, cpu, memory) = (clock.Elapsed.TotalSeconds, verifier.Cpu.TotalSeconds, verifier.Memory);

        using var viewer = verifier.Client("operator");
        var smallest = await TimesAsync(() => viewer.GetByteArrayAsync("/healthz/live"));
        var list = await PagesAsync(viewer);
        var one = await TimesAsync(() => viewer.GetByteArrayAsync($"/v1/hosts/{hosts[hosts.Count / 2].Id}"));
        Scene.Say($"{list.Hosts} hosts listed");

        var (heardMemory, tally) = await HearAsync(scene, verifier, [.. hosts.Take(options.Heard)]);
        var report = new LoadReport($"a fleet of {hosts.Count} enrolled hosts, of which {tally.Affirmed} were heard once afterwards")
        {
            IsWhole = tally.Others == 0 && list.Hosts == hosts.Count,
        };
        report.Add("cold start", start, "s", emptyStart, "s: cold start without hosts");
        report.Add("CPU time of the cold start", cpu, "s", emptyCpu, "s: without hosts");
        report.Add("verifier's memory after it", memory / 1048576.0, "MiB", emptyMemory / 1048576.0, "MiB: without hosts");
        report.Add("memory for each enrolled host", (memory - emptyMemory) / 1024.0 / hosts.Count, "KiB");
        report.Add("more memory for each host that was heard", heardMemory / 1024.0 / tally.Affirmed, "KiB");
        report.Add("a page of the list, p50", list.Times.Percentile(0.5), "ms", smallest.Percentile(0.5), "ms: the smallest answer");
        report.Add("a page of the list, p99", list.Times.Percentile(0.99), "ms", smallest.Percentile(0.99), "ms: the smallest answer");
        report.Add("one host, p50", one.Percentile(0.5), "ms", smallest.Percentile(0.5), "ms: the smallest answer");
        report.Add("one host, p99", one.Percentile(0.99), "ms", smallest.Percentile(0.99), "ms: the smallest answer");
        report.Add("pages of the whole list", list.Times.Count, "");
        return report;
    }

    private static async Task<(double Seconds, double Cpu, long Memory)> EmptyAsync(Scene scene)
    {
        // Once before, which makes keys and schema.
        (await scene.StartAsync()).Dispose();
        var clock = Stopwatch.StartNew();
        using var empty = await scene.StartAsync();
        return (clock.Elapsed.TotalSeconds, empty.Cpu.TotalSeconds, empty.Memory);
    }

    private static async Task<(Tally Times, int Hosts)> PagesAsync(HttpClient viewer)
    {
        var (times, hosts, after) = (new Tally(), 0, (string?)null);
        await viewer.GetByteArrayAsync("/v1/hosts");
        do
        {
            var began = Stopwatch.GetTimestamp();
            var page = await viewer.GetByteArrayAsync("/v1/hosts" + (after is null ? "" : "?after=" + after));
            times.Verdict(isAffirming: true, Stopwatch.GetElapsedTime(began));
            using var document = JsonDocument.Parse(page);
            hosts += document.RootElement.GetProperty("hosts").GetArrayLength();
            after = document.RootElement.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (after is not null);

        return (times, hosts);
    }

    private static async Task<Tally> TimesAsync(Func<Task> ask)
    {
        var times = new Tally();
        for (var i = 0; i < Warm + Asked; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await ask();
            if (i >= Warm)
            {
                times.Verdict(isAffirming: true, Stopwatch.GetElapsedTime(began));
            }
        }

        return times;
    }

    // Over a few connections, so that what they take is not counted for the hosts.
    private static async Task<(long Memory, Tally Tally)> HearAsync(Scene scene, VerifierUnderLoad verifier, IReadOnlyList<LoadHost> hosts)
    {
        await Scene.ReferAsync(verifier);
        using var client = verifier.Client(maxConnections: scene.Options.Connections);
        var tally = new Tally();
        var agents = new AttestClient(client, tally);
        // A few of them many times: connections, buffers and compiled code are there before what is counted.
        foreach (var host in hosts.Take(Warm))
        {
            await agents.AttestAsync(host, CancellationToken.None);
        }

        var before = verifier.Memory;
        await Parallel.ForEachAsync(hosts.Skip(Warm), new ParallelOptions { MaxDegreeOfParallelism = scene.Options.Connections },
            async (host, stop) => await agents.AttestAsync(host, stop));
        return (verifier.Memory - before, tally);
    }

    private const int Warm = 20;
    private const int Asked = 200;
}
