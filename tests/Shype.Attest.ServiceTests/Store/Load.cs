using System.Collections.Concurrent;
using System.Net;
using Shype.Attest.Protocol;
using Xunit;

namespace Shype.Attest.ServiceTests.Store;

/// <summary>Hosts that attest as fast as they can, operators that decide; all that was acknowledged is written down, to be looked for afterwards.</summary>
internal sealed class Load
{
    private readonly ConcurrentDictionary<string, string> _verdicts = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<string> _results = [];
    private readonly ConcurrentDictionary<string, HostState> _states = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<HttpStatusCode> _refusals = [];
    private readonly List<Task> _running = [];
    private long _references;
    private int _acknowledged;
    private int _refused;
    private volatile bool _stopped;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    /// <summary>The statuses of what was refused.</summary>
    public IEnumerable<HttpStatusCode> Refusals => _refusals;

    /// <summary>Every verdict that was acknowledged.</summary>
    public IEnumerable<string> Results => _results;

    public static async Task<Load> StartAsync(Node node, int hosts, string prefix = "host")
    {
        var load = new Load();
        for (var i = 0; i < hosts; i++)
        {
            var enrolled = await node.EnrolAsync($"{prefix}{i}");
            await node.ApproveAsync(enrolled.Host.Id);
            load._states[enrolled.Host.Id] = HostState.Enrolled;
            load._running.Add(Task.Run(() => load.UntilStoppedAsync(() => load.AttestAsync(node, enrolled))));
        }

        // What else is decided: hosts that enrol and are approved and revoked, and reference values.
        var number = 0;
        load._running.Add(Task.Run(() => load.UntilStoppedAsync(() => load.EnrolAsync(node, $"{prefix}-{number++}"))));
        load._running.Add(Task.Run(() => load.UntilStoppedAsync(() => load.ReferAsync(node))));
        return load;
    }

    /// <summary>What was acknowledged until now.</summary>
    public Load Snapshot()
    {
        var copy = new Load { _references = Volatile.Read(ref _references) };
        foreach (var (host, token) in _verdicts)
        {
            copy._verdicts[host] = token;
        }

        foreach (var (host, state) in _states)
        {
            copy._states[host] = state;
        }

        return copy;
    }

    public Task AcknowledgedAsync(int more) => MoreAsync(() => Volatile.Read(ref _acknowledged), more);

    public Task RefusedAsync(int more) => MoreAsync(() => Volatile.Read(ref _refused), more);

    public Task StopAsync()
    {
        _stopped = true;
        return Task.WhenAll(_running);
    }

    /// <summary>Everything that was acknowledged is there, and nothing is half there.</summary>
    public async Task CheckAsync(Node node)
    {
        foreach (var (host, token) in _verdicts)
        {
            var kept = await node.Operator.GetStringAsync($"/v1/hosts/{host}/verdict", Now);
            // The last one that was acknowledged, or one that was kept and whose answer was cut off.
            Assert.True(kept == token || IssuedAt(kept) >= IssuedAt(token), $"an acknowledged verdict of {host} is lost");
        }

        foreach (var (host, state) in _states)
        {
            var kept = await node.StateAsync(host);
            // What was decided next may be kept without its answer.
            Assert.True(kept >= state, $"{host} is {kept}, and was acknowledged as {state}");
        }

        Assert.True(await node.ReferencesVersionAsync() >= _references, "acknowledged reference values are lost");
    }

    private async Task AttestAsync(Node node, EnrolledTpm enrolled)
    {
        using var response = await TryAttestAsync(node, enrolled);
        if (response.IsSuccessStatusCode)
        {
            var token = await response.Content.ReadAsStringAsync(Now);
            _verdicts[enrolled.Host.Id] = token;
            _results.Add(token);
            Interlocked.Increment(ref _acknowledged);
        }
        else
        {
            _refusals.Add(response.StatusCode);
            Interlocked.Increment(ref _refused);
        }
    }

    private static async Task<HttpResponseMessage> TryAttestAsync(Node node, EnrolledTpm enrolled)
    {
        var agent = node.Agent(enrolled);
        using var client = agent.Client;
        using var asked = await client.GetAsync($"/v1/hosts/{enrolled.Host.Id}/challenge", Now);
        if (!asked.IsSuccessStatusCode)
        {
            return new HttpResponseMessage(asked.StatusCode);
        }

        Assert.True(ProtocolJson.TryRead(await asked.Content.ReadAsByteArrayAsync(Now), ProtocolJson.Default.Challenge, out var challenge, out var problem), problem?.ToString());
        return await agent.SendAsync(enrolled.Host.Answer(challenge).Encode());
    }

    private async Task EnrolAsync(Node node, string name)
    {
        var host = (await node.EnrolAsync(name)).Host.Id;
        _states[host] = HostState.Pending;
        await node.ApproveAsync(host);
        _states[host] = HostState.Enrolled;
        await node.RevokeAsync(host);
        _states[host] = HostState.Revoked;
        Interlocked.Add(ref _acknowledged, 3);
    }

    private async Task ReferAsync(Node node)
    {
        var version = await node.ReferencesVersionAsync();
        using var response = await node.PutReferencesAsync(version);
        _references = response.IsSuccessStatusCode ? version + 1 : _references;
    }

    // What cannot be reached is no acknowledgement: the process was killed.
    private async Task UntilStoppedAsync(Func<Task> step)
    {
        while (!_stopped)
        {
            try
            {
                await step();
            }
            catch (Exception lost) when (lost is HttpRequestException or IOException or TaskCanceledException)
            {
                Interlocked.Increment(ref _refused);
                await Task.Delay(5, Now);
            }
        }
    }

    private static async Task MoreAsync(Func<int> count, int more)
    {
        var start = count();
        while (count() < start + more)
        {
            await Task.Delay(10, Now);
        }
    }

    private static long IssuedAt(string token) => System.Text.Json.JsonDocument.Parse(
        Base64UrlText.TryDecode(token.Split('.')[1], out var bytes) ? bytes : []).RootElement.GetProperty("iat").GetInt64();
}
