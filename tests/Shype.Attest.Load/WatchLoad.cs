using System.Diagnostics;

namespace Shype.Attest.Load;

/// <summary>A fleet on its connections, asked by the verifier's watch.</summary>
internal static class WatchLoad
{
    /// <summary>Measures.</summary>
    public static async Task<LoadReport> RunAsync(Scene scene)
    {
        var options = scene.Options;
        var clock = Stopwatch.StartNew();
        var hosts = await scene.EnrolAsync(options.Hosts);
        Scene.Say($"{hosts.Count} hosts enrolled in {clock.Elapsed.TotalSeconds:0.0} s");
        var verifier = await scene.StartAsync();
        var memoryBefore = verifier.Memory;
        await Scene.ReferAsync(verifier);
        using var admin = verifier.Client("operator");
        using var streams = verifier.Client();
        using var answers = verifier.Client(maxConnections: MaxAnswering);
        using var stop = new CancellationTokenSource();
        var tally = new Tally();
        clock.Restart();
        var agents = new List<Task>(hosts.Count);
        foreach (var host in hosts)
        {
            agents.Add(new LoadAgent(host, streams, new AttestClient(answers, tally), tally).ServeAsync(stop.Token));
            // Agents come back with back-off and jitter, not all in one moment.
            await tally.UntilAsync(seen => agents.Count - seen.Connections <= MaxConnecting && agents.Count - seen.Answered <= MaxUnheard);
        }

        await tally.UntilAsync(seen => seen.Answered >= hosts.Count);
        var allHeard = clock.Elapsed.TotalSeconds;
        Scene.Say($"all connected and heard once in {allHeard:0.0} s");

        var before = tally.Affirmed;
        tally.BeginTimes();
        var window = new CpuWindow(verifier);
        await Task.Delay(options.Duration);
        window.End();
        var verdicts = tally.Affirmed - before;
        var missed = await VerifierUnderLoad.CountAsync(admin, "unreachable");
        var report = new LoadReport($"the watch: {hosts.Count} connected hosts, interval {options.Interval.TotalSeconds:0} s, deadline {options.Deadline.TotalSeconds:0} s, for {window.Seconds:0} s")
        {
            IsWhole = missed == 0 && tally.Others == 0,
        };
        report.Add("verdicts a second", verdicts / window.Seconds, "/s", hosts.Count / options.Interval.TotalSeconds, "/s: asked for");
        report.Add("missed deadlines", missed, "");
        report.Add("answers that were not affirming", tally.Others, "");
        report.Add("connections lost", tally.LostConnections, "");
        report.Add("verifier's CPU for each verdict", window.Verifier / verdicts, "ms", Bounds.SignatureCheck(), "ms: one bare signature check");
        report.Add("verifier's CPU", window.Verifier / window.Seconds / 10, "%");
        report.Add("verifier's memory", verifier.Memory / 1048576.0, "MiB", memoryBefore / 1048576.0, "MiB: after the start");
        report.Add("memory for each connected host", (verifier.Memory - memoryBefore) / 1024.0 / hosts.Count, "KiB");
        report.Add("evidence to verdict, p50", tally.Percentile(0.5), "ms");
        report.Add("evidence to verdict, p99", tally.Percentile(0.99), "ms");
        report.Add("all connected and heard once after", allHeard, "s");
        await stop.CancelAsync();
        return report;
    }

    private const int MaxConnecting = 200;
    private const int MaxUnheard = 1000;
    private const int MaxAnswering = 256;
}
