using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Load;
using Shype.Attest.Testing.World;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

if (LoadOptions.Read(args) is not { } options)
{
    Console.Error.WriteLine(LoadOptions.Usage);
    return 2;
}

var folder = Directory.CreateTempSubdirectory("shype-load-").FullName;
var state = Directory.CreateDirectory(Path.Combine(folder, "state"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
using var stop = new CancellationTokenSource();
try
{
    return await RunAsync();
}
finally
{
    Directory.Delete(folder, recursive: true);
}

async Task<int> RunAsync()
{
    var clock = Stopwatch.StartNew();
    var key = PrivateFile.ReadOrCreate(Path.Combine(Directory.CreateDirectory(Path.Combine(state, "keys")).FullName, "audit.key"), () => RandomNumberGenerator.GetBytes(32));
    IReadOnlyList<(VirtualHost Host, string Token)> fleet;
    using (var store = AttestationStore.Open(Databases.Of(new VerifierOptions { State = state, Database = options.Database }), key, options.Deadline))
    {
        fleet = await Fleet.EnrolAsync(store, options.Hosts, stop.Token);
    }

    Say($"{fleet.Count} hosts enrolled in {clock.Elapsed.TotalSeconds:0.0} s");
    clock.Restart();
    using var verifier = await VerifierUnderLoad.StartAsync(state, options);
    Say($"verifier ready in {clock.Elapsed.TotalSeconds:0.0} s, {verifier.Memory / 1024 / 1024} MiB");
    using var admin = verifier.Client("operator");
    await ReferAsync(admin);

    var tally = new Tally();
    using var streams = verifier.Client();
    using var answers = verifier.Client(maxConnections: MaxAnswering);
    clock.Restart();
    var agents = new List<Task>(fleet.Count);
    foreach (var (host, token) in fleet)
    {
        agents.Add(new LoadAgent(host, token, streams, answers, tally).ServeAsync(stop.Token));
        // Agents come back with back-off and jitter, not all in one moment.
        while (agents.Count - tally.Connections > MaxConnecting || agents.Count - tally.Affirmed - tally.Others > MaxUnheard)
        {
            await Task.Delay(5);
        }
    }

    await UntilAsync(() => tally.Affirmed + tally.Others >= fleet.Count);
    Say($"all connected and heard once in {clock.Elapsed.TotalSeconds:0.0} s");

    var (cpu, own, verdicts) = (verifier.Cpu, Process.GetCurrentProcess().TotalProcessorTime, tally.Affirmed);
    tally.BeginTimes();
    clock.Restart();
    await Task.Delay(options.Duration);
    var seconds = clock.Elapsed.TotalSeconds;
    var missed = await VerifierUnderLoad.CountAsync(admin, "unreachable");
    Console.WriteLine();
    Say($"hosts {fleet.Count}, interval {options.Interval.TotalSeconds:0} s, deadline {options.Deadline.TotalSeconds:0} s, measured for {seconds:0} s");
    Say($"verdicts/s          {(tally.Affirmed - verdicts) / seconds:0.0} (asked for {fleet.Count / options.Interval.TotalSeconds:0.0})");
    Say($"evidence to verdict p50 {tally.Percentile(0.5):0.0} ms, p99 {tally.Percentile(0.99):0.0} ms");
    Say($"missed deadlines    {missed}");
    Say($"other answers       {tally.Others}, connections lost {tally.LostConnections}");
    Say($"verifier CPU        {(verifier.Cpu - cpu).TotalSeconds / seconds * 100:0.0} % of one core");
    Say($"verifier memory     {verifier.Memory / 1024 / 1024} MiB resident");
    Say($"load generator CPU  {(Process.GetCurrentProcess().TotalProcessorTime - own).TotalSeconds / seconds * 100:0.0} % of one core");
    await stop.CancelAsync();
    return missed == 0 && tally.Others == 0 ? 0 : 1;
}

async Task ReferAsync(HttpClient admin)
{
    using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/references") { Content = new ByteArrayContent(ReferenceSet.Encode(VirtualReferences.Set.Document)) };
    request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
    request.Headers.IfMatch.Add(new EntityTagHeaderValue("\"0\""));
    using var response = await admin.SendAsync(request);
    response.EnsureSuccessStatusCode();
}

async Task UntilAsync(Func<bool> holds)
{
    while (!holds())
    {
        await Task.Delay(50);
    }
}

static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

partial class Program
{
    private const int MaxConnecting = 200;
    private const int MaxUnheard = 1000;
    private const int MaxAnswering = 256;
}
