using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;

namespace Shype.Attest.Load;

/// <summary>Many ask about the VMs of one host at once.</summary>
internal static class AskersLoad
{
    /// <summary>Measures.</summary>
    public static async Task<LoadReport> RunAsync(Scene scene)
    {
        var options = scene.Options;
        var host = (await scene.EnrolAsync(1))[0];
        var signature = Bounds.Signature();
        var verifier = await scene.StartAsync();
        await Scene.ReferAsync(verifier);
        using var streams = verifier.Client();
        var quotes = new Tally();
        using var stop = new CancellationTokenSource();
        var agent = new LoadAgent(host, streams, new AttestClient(streams, quotes), quotes, options.Quote).ServeAsync(stop.Token);
        using var client = verifier.Client("relying-party", options.Connections, isHttp2: true);

        // The host is heard, and the connections are open.
        await quotes.UntilAsync(tally => tally.Connections > 0);
        await AskAsync(client, VirtualVms.Web.Uuid, new Tally());
        await AllAsync(client, options.Connections * 4, new Tally());
        var alone = new Tally();
        for (var i = 0; i < Alone; i++)
        {
            await AskAsync(client, VirtualVms.Web.Uuid, alone);
        }

        var before = quotes.Affirmed;
        var answers = new Tally();
        var window = new CpuWindow(verifier);
        await AllAsync(client, options.Askers, answers);
        window.End();
        var made = quotes.Affirmed - before;
        await stop.CancelAsync();
        await agent.ContinueWith(_ => { }, TaskScheduler.Default);

        var report = new LoadReport($"{options.Askers} askers at once about 2 VMs of one host, whose quote takes {options.Quote.TotalMilliseconds:0} ms; {options.Connections} connections, HTTP/2")
        {
            IsWhole = answers.Others + quotes.Others == 0,
        };
        report.Add("quotes for all of them", made, "");
        report.Add("one answer, p50", answers.Percentile(0.5), "ms", alone.Percentile(0.5), "ms: one asker alone, p50");
        report.Add("one answer, p99", answers.Percentile(0.99), "ms", alone.Percentile(0.5), "ms: one asker alone, p50");
        report.Add("all answered after", window.Seconds * 1000, "ms", alone.Percentile(0.5), "ms: one asker alone, p50");
        report.Add("verifier's CPU for each answer", window.Verifier / options.Askers, "ms", signature, "ms: one bare signature");
        report.Add("load generator's CPU for each answer", window.Generator / options.Askers, "ms");
        report.Add("answers that were not affirming", answers.Others, "");
        return report;
    }

    private static Task AllAsync(HttpClient client, int askers, Tally tally) =>
        Task.WhenAll(Enumerable.Range(0, askers).Select(asker => AskAsync(client, (asker % 2 == 0 ? VirtualVms.Web : VirtualVms.Database).Uuid, tally)));

    // A relying party of its own: its nonce must come back in what is signed.
    private static async Task AskAsync(HttpClient client, Guid vm, Tally tally)
    {
        var nonce = RandomNumberGenerator.GetBytes(16);
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new AttestRequest { Nonce = nonce }, ProtocolJson.Default.AttestRequest));
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Json);
        var began = Stopwatch.GetTimestamp();
        using var response = await client.PostAsync($"/v1/attest/vm/{vm:D}", content);
        var token = await response.Content.ReadAsStringAsync();
        tally.Verdict(response.IsSuccessStatusCode && IsAnswer(token, vm, nonce), Stopwatch.GetElapsedTime(began));
    }

    private static bool IsAnswer(string token, Guid vm, byte[] nonce)
    {
        if (!Base64UrlText.TryDecode(token.Split('.')[1], out var payload))
        {
            return false;
        }

        using var document = JsonDocument.Parse(payload);
        var submods = document.RootElement.GetProperty("submods");
        return document.RootElement.GetProperty("eat_nonce").GetString() == Base64UrlText.Encode(nonce)
            && submods.GetProperty("host").GetProperty("ear.status").GetString() == "affirming"
            && submods.EnumerateObject().Any(submod => submod.Name.Contains(vm.ToString("D"), StringComparison.Ordinal));
    }

    private const int Alone = 20;
}
