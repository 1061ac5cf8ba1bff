using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shype.Attest.Agent.Http;
using Shype.Attest.Agent.Keys;
using Shype.Attest.Protocol;

namespace Shype.Attest.Agent.Attesting;

/// <summary>
/// Answers the verifier's challenges for as long as the agent runs: as they come on a stream, and by asking for one where the stream does not hold.
/// Nothing that a verifier, network, disk or TPM does ends it, and no fault of ours in answering one challenge costs the next.
/// </summary>
public sealed class AgentLoop(AgentContext agent, Enrolment enrolment, VerifierClient verifier, ILogger<AgentLoop> logger) : BackgroundService
{
    private readonly Attester _attester = new(agent, enrolment, verifier);
    private readonly ChallengePace _pace = new(agent.Clock);
    private int _failures;
    private long _allocated;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken).ConfigureAwait(false);
                AgentLog.StreamEnded(logger);
                _failures++;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                _failures++;
                AgentLog.StreamFailed(logger, Sentence(e));
            }

            if (_failures >= FailuresBeforePolling)
            {
                await PollAsync(stoppingToken).ConfigureAwait(false);
            }

            await Task.Delay(Backoff.After(_failures), agent.Clock, stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        await foreach (var challenge in verifier.ChallengesAsync(enrolment.HostId, stoppingToken).ConfigureAwait(false))
        {
            _failures = 0;
            await Task.Delay(_pace.Next(), agent.Clock, stoppingToken).ConfigureAwait(false);
            await AnswerAsync(challenge, stoppingToken).ConfigureAwait(false);
        }
    }

    // One bad challenge, or a TPM that is busy, must not cost the stream on which the next one comes.
    private async Task AnswerAsync(Challenge challenge, CancellationToken stoppingToken)
    {
        try
        {
            var verdict = await _attester.AnswerAsync(challenge, stoppingToken).ConfigureAwait(false);
            AgentLog.Attested(logger, verdict.Status);
            GiveBack();
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            AgentLog.AnswerFailed(logger, Sentence(e));
        }
    }

    private async Task PollAsync(CancellationToken stoppingToken)
    {
        try
        {
            await AnswerAsync(await verifier.ChallengeAsync(enrolment.HostId, stoppingToken).ConfigureAwait(false), stoppingToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            AgentLog.PollFailed(logger, Sentence(e));
        }
    }

    // The runtime's own budget follows the processor's cache and is tens of megabytes on servers; an agent, which mostly waits, gives them back earlier.
    private void GiveBack()
    {
        var allocated = GC.GetTotalAllocatedBytes();
        if (allocated - _allocated > KeptBytes)
        {
            _allocated = allocated;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    private static string Sentence(Exception e) => e.Message.ReplaceLineEndings(" ");

    private const int FailuresBeforePolling = 3;
    private const long KeptBytes = 4 * 1024 * 1024;
}
