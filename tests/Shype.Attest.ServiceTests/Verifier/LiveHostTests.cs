using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Verifier.Attestation;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>Who shares a quote with whom, and who waits for the next.</summary>
public sealed class LiveHostTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly LiveHost _host;

    public LiveHostTests() => _host = new LiveHost(TimeSpan.FromSeconds(20), _clock);

    private static HostAnswer AnAnswer() => HostAnswer.Of(new HostVerdict(null, []));

    [Fact]
    public async Task P06_all_who_asked_before_the_challenge_went_out_share_its_quote()
    {
        var askers = Enumerable.Range(0, 10_000).Select(_ => _host.AskAsync()).ToList();
        Assert.True(_host.TrySend([1], out _));
        Assert.False(_host.TrySend([2], out _));
        var answer = AnAnswer();
        _host.Answer([1], answer);
        Assert.All(await Task.WhenAll(askers), got => Assert.Same(answer, got));
        Assert.False(_host.TrySend([3], out _));
    }

    [Fact]
    public async Task R02_who_asked_after_the_challenge_went_out_gets_a_younger_quote()
    {
        var early = _host.AskAsync();
        Assert.True(_host.TrySend([1], out _));
        var late = _host.AskAsync();
        _host.Answer([1], AnAnswer());
        await early;
        Assert.False(late.IsCompleted);
        Assert.True(_host.TrySend([2], out _));
        var younger = AnAnswer();
        _host.Answer([2], younger);
        Assert.Same(younger, await late);
    }

    [Fact]
    public void R02_evidence_for_another_challenge_answers_nobody()
    {
        var asker = _host.AskAsync();
        _host.Answer([1], AnAnswer());
        Assert.True(_host.TrySend([1], out _));
        _host.Answer([2], AnAnswer());
        _host.Answer([], AnAnswer());
        _host.Answer([1, 0], AnAnswer());
        Assert.False(asker.IsCompleted);
    }

    [Fact]
    public async Task R02_a_silent_host_is_no_yes_and_does_not_keep_the_next_from_asking()
    {
        var asker = _host.AskAsync();
        Assert.True(_host.TrySend([1], out _));
        var next = _host.AskAsync();
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(AskFailure.HostDidNotAnswer, (await asker).Failure);
        Assert.True(_host.TrySend([2], out _));
        _host.Answer([1], AnAnswer());
        Assert.False(next.IsCompleted);
    }

    [Fact]
    public async Task R02_a_connection_on_which_no_challenge_goes_out_is_no_yes_and_keeps_nobody_waiting_for_ever()
    {
        var asker = _host.AskAsync();
        _clock.Advance(TimeSpan.FromSeconds(30));
        var joined = _host.AskAsync();
        Assert.False(asker.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(AskFailure.HostDidNotAnswer, (await asker).Failure);
        Assert.Equal(AskFailure.HostDidNotAnswer, (await joined).Failure);
        Assert.False(_host.TrySend([1], out _));

        var next = _host.AskAsync();
        Assert.True(_host.TrySend([2], out _));
        var answer = AnAnswer();
        _host.Answer([2], answer);
        Assert.Same(answer, await next);
    }

    [Fact]
    public async Task R02_a_challenge_that_goes_out_late_shortens_the_time_for_its_answer()
    {
        var asker = _host.AskAsync();
        _clock.Advance(TimeSpan.FromSeconds(39));
        Assert.True(_host.TrySend([1], out _));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(AskFailure.HostDidNotAnswer, (await asker).Failure);
    }

    [Fact]
    public async Task When_the_connection_ends_everybody_is_told()
    {
        var sent = _host.AskAsync();
        Assert.True(_host.TrySend([1], out _));
        var waiting = _host.AskAsync();
        _host.Close();
        Assert.Equal(AskFailure.HostNotConnected, (await sent).Failure);
        Assert.Equal(AskFailure.HostNotConnected, (await waiting).Failure);
        Assert.Equal(AskFailure.HostNotConnected, (await _host.AskAsync()).Failure);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            while (await _host.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken))
            {
                Assert.False(_host.TrySend([2], out _));
            }
        });
    }

    [Fact]
    public async Task The_connection_wakes_for_askers_and_for_signs_of_life()
    {
        var wait = _host.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(14));
        Assert.False(wait.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await wait);
        wait = _host.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        var asker = _host.AskAsync();
        Assert.True(await wait);
        Assert.False(asker.IsCompleted);
    }

    [Fact]
    public async Task A_sign_of_life_that_is_due_hides_nobody_who_asks()
    {
        // Due while the connection was busy with writing, so that nobody was waiting.
        var wait = _host.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        _ = _host.AskAsync();
        Assert.True(await wait);
        _clock.Advance(TimeSpan.FromSeconds(15));
        Assert.True(await _host.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken));
    }
}
