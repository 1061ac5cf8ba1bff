namespace Shype.Attest.Load;

/// <summary>Attestations as fast as they go: each host's one after the other, many hosts at once.</summary>
internal static class AttestLoad
{
    /// <summary>Measures.</summary>
    public static async Task<LoadReport> RunAsync(Scene scene)
    {
        var options = scene.Options;
        var hosts = await scene.EnrolAsync(options.Hosts);
        var (check, signature, flushes) = (Bounds.SignatureCheck(), Bounds.Signature(), Bounds.FlushesPerSecond(scene.State));
        var verifier = await scene.StartAsync();
        await Scene.ReferAsync(verifier);
        using var client = verifier.Client(maxConnections: options.Connections);
        var tally = new Tally();
        await WarmAsync(hosts, options, new AttestClient(client, tally));
        Scene.Say($"{hosts.Count} hosts heard, {tally.Affirmed} affirming");

        var first = tally.Affirmed;
        tally.BeginTimes();
        var window = new CpuWindow(verifier);
        await WorkAsync(hosts, options.Connections, new AttestClient(client, tally), rounds: int.MaxValue, options.Duration);
        window.End();

        var count = tally.Affirmed - first;
        var perSecond = count / window.Seconds;
        var report = new LoadReport($"attestations: {hosts.Count} hosts over {options.Connections} connections for {window.Seconds:0} s, {Kind(options)}") { IsWhole = tally.Others == 0 };
        report.Add("attestations a second", perSecond, "/s", 1000 / check, "/s: bare signature checks on one core");
        report.Add("verifier's CPU each", window.Verifier / count, "ms", check, "ms: one bare signature check");
        report.Add("verifier's CPU each, to what it must", window.Verifier / count, "ms", check + signature, "ms: one bare check and one bare signature");
        report.Add("load generator's CPU each", window.Generator / count, "ms");
        report.Add("attestations a second by CPU time", Environment.ProcessorCount * 1000 / ((window.Verifier + window.Generator) / count), "/s");
        report.Add("attestations a second, to the disk", perSecond, "/s", flushes, "/s: flushes of the disk, one after the other");
        report.Add("time of one, p50", tally.Percentile(0.5), "ms");
        report.Add("time of one, p99", tally.Percentile(0.99), "ms");
        report.Add("answers that were not affirming", tally.Others, "");
        report.Add("verifier's memory", verifier.Memory / 1048576.0, "MiB");
        return report;
    }

    /// <summary>Hears each host before anything is measured: logs are known then, and code is compiled.</summary>
    public static Task WarmAsync(IReadOnlyList<LoadHost> hosts, LoadOptions options, AttestClient client) =>
        WorkAsync(hosts, options.Connections, client, rounds: 1 + (options.Warm / hosts.Count), TimeSpan.MaxValue);

    private static Task WorkAsync(IReadOnlyList<LoadHost> hosts, int workers, AttestClient client, int rounds, TimeSpan time)
    {
        var began = TimeProvider.System.GetTimestamp();
        return Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(async () =>
        {
            var mine = hosts.Where((_, i) => i % workers == worker).ToList();
            for (var round = 0; round < rounds && mine.Count > 0; round++)
            {
                foreach (var host in mine)
                {
                    if (TimeProvider.System.GetElapsedTime(began) >= time)
                    {
                        return;
                    }

                    await client.AttestAsync(host, CancellationToken.None);
                }
            }
        })));
    }

    private static string Kind(LoadOptions options) => options.Database.StartsWith("postgres:", StringComparison.Ordinal) ? "PostgreSQL" : "SQLite";
}
