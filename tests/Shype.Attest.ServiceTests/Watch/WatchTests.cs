using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Cli;
using Shype.Attest.ServiceTests.Verifier;
using Xunit;

namespace Shype.Attest.ServiceTests.Watch;

/// <summary>The watch through the real interface, with a clock that the test moves.</summary>
public sealed class WatchTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private RunningVerifier _verifier = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _verifier = await RunningVerifier.StartAsync(new { WatchInterval = "00:01:00", WatchDeadline = "00:03:00" }, _clock);

    public ValueTask DisposeAsync() => _verifier.DisposeAsync();

    [Fact]
    public async Task A_host_is_asked_by_itself_and_its_silence_is_a_change_and_a_failure_stays_until_the_next_boot()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        var serving = await agent.ServeAsync();
        // Nobody asks but the watch: first soon after the connection, then every interval.
        await UntilAsync("alpha", WatchState.Trusted);
        var first = (await StatusAsync("alpha")).Heard;
        await UntilAsync(async () => (await StatusAsync("alpha")).Heard > first);
        Assert.True((await serving.StopAsync()) >= 2);

        await UntilAsync("alpha", WatchState.Unreachable);
        var shown = await _verifier.OperatorAsync("host", "list", "--state", "unreachable");
        Assert.Matches("alpha .* unreachable +affirming ", shown.Output);
        Assert.Empty((await _verifier.Operator().GetFromJsonAsync("/v1/hosts?state=trusted", ProtocolJson.Default.HostList, Now))!.Hosts);

        await agent.AttestAsync();
        Assert.Equal(WatchState.Trusted, (await StatusAsync("alpha")).State);

        // A PCR that no log explains: failed, and silence does not hide it.
        agent.Host.ExtendSecretly(13);
        await agent.AttestAsync();
        Assert.Equal(WatchState.Failed, (await StatusAsync("alpha")).State);
        await UntilAsync(async () => (await StatusAsync("alpha")).SilentSince is not null);
        Assert.Equal(WatchState.Failed, (await StatusAsync("alpha")).State);
        Assert.Single((await _verifier.Operator().GetFromJsonAsync("/v1/hosts?state=failed", ProtocolJson.Default.HostList, Now))!.Hosts);
        await agent.AttestAsync();
        Assert.Equal(WatchState.Failed, (await StatusAsync("alpha")).State);

        agent.Host.Reboot();
        await agent.AttestAsync();
        Assert.Equal(WatchState.Trusted, (await StatusAsync("alpha")).State);

        Assert.Contains("failed, silent  deadline-missed", (await _verifier.OperatorAsync("host", "history", "alpha")).Output, StringComparison.Ordinal);
        var history = await _verifier.OperatorAsync("host", "history", "alpha", "--json");
        var changes = history.Json.GetProperty("events").EnumerateArray().Select(change => change.GetProperty("to").GetString()).Reverse().Distinct();
        Assert.Equal(["enrolled", "trusted", "unreachable", "failed"], changes);
    }

    [Fact]
    public async Task Interval_and_deadline_are_set_by_who_has_seen_them()
    {
        await _verifier.AddHostAsync("alpha");
        var set = await _verifier.OperatorAsync("host", "watch", "alpha", "--interval", "30s", "--deadline", "2m");
        Assert.Equal((0, ""), (set.ExitCode, set.Errors));
        Assert.Matches("interval +30s\n +deadline +2m\n|interval +30s\ndeadline +2m\n", set.Output);
        var inherited = await _verifier.OperatorAsync("host", "watch", "alpha", "--inherit", "--deadline", "5m", "--json");
        Assert.Equal((60, 300), (inherited.Json.GetProperty("intervalInForceSeconds").GetInt32(), inherited.Json.GetProperty("deadlineInForceSeconds").GetInt32()));
        Assert.Equal(0, (await _verifier.OperatorAsync("host", "watch", "--group", "default", "--interval", "45s")).ExitCode);

        foreach (var (version, body, status) in ((string?, WatchRequest, HttpStatusCode)[])
        [
            (null, new WatchRequest(), HttpStatusCode.PreconditionRequired),
            ("\"1\"", new WatchRequest(), HttpStatusCode.PreconditionFailed),
            ("\"2\"", new WatchRequest { IntervalSeconds = 4 }, HttpStatusCode.BadRequest),
            ("\"2\"", new WatchRequest { DeadlineSeconds = 45 }, HttpStatusCode.BadRequest),
            ("\"2\"", new WatchRequest { DeadlineSeconds = long.MaxValue }, HttpStatusCode.BadRequest),
            ("\"2\"", new WatchRequest { DeadlineSeconds = 46 }, HttpStatusCode.OK),
        ])
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/hosts/alpha/watch") { Content = JsonContent.Create(body, ProtocolJson.Default.WatchRequest, new MediaTypeHeaderValue(MediaTypes.Json)) };
            request.Headers.TryAddWithoutValidation("If-Match", version);
            using var response = await _verifier.Operator().SendAsync(request, Now);
            Assert.Equal(status, response.StatusCode);
        }
    }

    [Fact]
    public async Task Events_come_as_they_happen_and_whoever_was_away_goes_on_where_it_was()
    {
        var agent = await _verifier.BootHostAsync("alpha");
        long last;
        using (var first = await FollowAsync(null))
        {
            await agent.AttestAsync();
            var events = SseParser.Create(await first.Content.ReadAsStreamAsync(Now)).EnumerateAsync(Now).GetAsyncEnumerator(Now);
            Assert.True(await NextAsync(events));
            Assert.Equal("start", events.Current.EventType);
            Assert.True(await NextAsync(events));
            var change = Read(events.Current);
            Assert.Equal(("host-state", WatchState.Trusted), (events.Current.EventType, change.To));
            last = change.Number;
        }

        agent.Host.ExtendSecretly(13);
        await agent.AttestAsync();
        agent.Host.Reboot();
        await agent.AttestAsync();
        using var again = await FollowAsync(last);
        var missed = SseParser.Create(await again.Content.ReadAsStreamAsync(Now)).EnumerateAsync(Now).GetAsyncEnumerator(Now);
        var states = new List<WatchState>();
        while (states.Count < 2 && await NextAsync(missed))
        {
            states.AddRange(missed.Current.EventType == "host-state" ? [Read(missed.Current).To] : []);
        }

        Assert.Equal([WatchState.Failed, WatchState.Trusted], states);
        var printed = await _verifier.OperatorAsync("events", "--after", "0", "--count", "4", "--json");
        Assert.Equal(["enrolled", "trusted", "failed", "trusted"], printed.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement.GetProperty("to").GetString()));
        using var wrong = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
        wrong.Headers.Add("Last-Event-ID", "x");
        using var refused = await _verifier.Operator().SendAsync(wrong, Now);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task TPMs_that_were_refused_are_listed_with_the_reason()
    {
        var (id, _) = await _verifier.AddHostAsync("alpha");
        var thief = Records.Host("alpha");
        var outcome = await _verifier.Service<Attest.Verifier.Attestation.HostDirectory>().EnrolAsync(Records.Enrolment(thief), Now);
        Assert.Null(outcome.Host);
        var list = await _verifier.OperatorAsync("host", "list", "--state", "refused");
        Assert.Matches(thief.Id + " +NameTaken name=alpha", list.Output);
        Assert.DoesNotContain(id, list.Output, StringComparison.Ordinal);
    }

    // The feed sleeps by the clock that the test moves.
    private async Task<bool> NextAsync(IAsyncEnumerator<SseItem<string>> events)
    {
        var next = events.MoveNextAsync().AsTask();
        while (!next.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(next, Task.Delay(10, Now));
        }

        return await next;
    }

    private async Task<HttpResponseMessage> FollowAsync(long? after)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
        if (after is not null)
        {
            request.Headers.Add("Last-Event-ID", $"{after}");
        }

        return await _verifier.Operator().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Now);
    }

    private static HostEvent Read(SseItem<string> item) => JsonSerializer.Deserialize(item.Data, ProtocolJson.Default.HostEvent)!;

    private Task UntilAsync(string host, WatchState state) => UntilAsync(async () => (await StatusAsync(host)).State == state);

    private async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
        {
            Now.ThrowIfCancellationRequested();
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, Now);
        }
    }

    private async Task<WatchStatus> StatusAsync(string host) =>
        (await _verifier.Operator().GetFromJsonAsync($"/v1/hosts/{host}", ProtocolJson.Default.HostDetail, Now))!.Host.Watch!;
}
