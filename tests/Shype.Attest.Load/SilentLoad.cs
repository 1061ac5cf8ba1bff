namespace Shype.Attest.Load;

/// <summary>Healthy hosts at a steady pace, without peers that are silent or slow and with them, in turns: each pair is of the same minute.</summary>
internal static class SilentLoad
{
    /// <summary>Measures.</summary>
    public static async Task<LoadReport> RunAsync(Scene scene)
    {
        var options = scene.Options;
        var enrolled = await scene.EnrolAsync(options.Hosts + 1 + (options.Peers / SlowPeers.EachHost));
        var (hosts, slow) = (enrolled.Take(options.Hosts).ToList(), enrolled.Skip(options.Hosts).ToList());
        var verifier = await scene.StartAsync();
        await Scene.ReferAsync(verifier);
        using var client = verifier.Client(maxConnections: options.Connections);
        var tally = new Tally();
        await AttestLoad.WarmAsync(hosts, options, new AttestClient(client, tally));

        var (without, with, broken) = (new Tally(), new Tally(), tally.Others);
        var (cpuWithout, cpuWith) = (0.0, 0.0);
        for (var turn = 0; turn < Turns; turn++)
        {
            cpuWithout += await MeasureAsync(without);
            using var peers = await PeerProcess.StartAsync(verifier, slow, options.Peers);
            Scene.Say($"{peers.Opened} silent and slow peers");
            cpuWith += await MeasureAsync(with);
            broken += await peers.EndAsync() < options.Peers / 2 ? 1 : 0;
        }

        var report = new LoadReport($"{options.Rate} attestations a second of {hosts.Count} hosts for {options.Duration.TotalSeconds:0} s, without and with {options.Peers} silent or slow peers, {Turns} times each")
        {
            IsWhole = without.Others + with.Others + broken == 0,
        };
        report.Add("time of one, p50", with.Percentile(0.5), "ms", without.Percentile(0.5), "ms: without peers");
        report.Add("time of one, p99", with.Percentile(0.99), "ms", without.Percentile(0.99), "ms: without peers");
        report.Add("verifier's CPU for each attestation", cpuWith / with.Affirmed, "ms", cpuWithout / without.Affirmed, "ms: without peers");
        report.Add("attestations", with.Affirmed, "", without.Affirmed, "without peers");
        report.Add("answers that were not affirming", without.Others + with.Others, "");
        return report;

        async Task<double> MeasureAsync(Tally times)
        {
            var window = new CpuWindow(verifier);
            await PaceAsync(hosts, new AttestClient(client, times), options.Rate, options.Duration);
            return window.End().Verifier;
        }
    }

    // At their times, whatever became of those before: a verifier that is slow gets no fewer.
    private static async Task PaceAsync(List<LoadHost> hosts, AttestClient client, int rate, TimeSpan time)
    {
        var started = hosts.Select(_ => Task.CompletedTask).ToArray();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / rate));
        for (var i = 0; i < rate * time.TotalSeconds; i++)
        {
            await timer.WaitForNextTickAsync();
            var host = i % hosts.Count;
            started[host] = NextAsync(started[host], hosts[host]);
        }

        await Task.WhenAll(started);

        async Task NextAsync(Task before, LoadHost host)
        {
            await before;
            await client.AttestAsync(host, CancellationToken.None);
        }
    }

    private const int Turns = 2;
}
