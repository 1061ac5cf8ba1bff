using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>
/// Hears what other verifiers on the same store tell, in order, and does it. What is lost with the connection is made up for: whoever asks asks again, and what
/// was appraised meanwhile is looked up when the connection is back.
/// </summary>
internal sealed class Exchange(
    IReplicaStore store, HostDirectory hosts, LiveHosts live, Elsewhere elsewhere, AttestationService service, ILogger<Exchange> log) : BackgroundService
{
    private readonly string _self = Elsewhere.NewQuestion();

    /// <summary>Tells who asked elsewhere which challenge goes out for them now.</summary>
    public async Task TellSentAsync(string hostId, byte[] challenge, IReadOnlyList<string> questions)
    {
        if (questions.Count > 0)
        {
            await FollowAsync(ReplicaMessage.Sent(hostId, challenge, questions), message => TellAsync(message));
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (store.IsShared && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await store.ListenAsync(Begin, text => Hear(text, stoppingToken), stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (StoreException lost)
            {
                log.OthersUnheard(lost.Message);
            }

            elsewhere.IsHeard = false;
            await Task.Delay(Pause, stoppingToken).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    // What was said while nobody listened here.
    private void Begin()
    {
        elsewhere.IsHeard = true;
        foreach (var (hostId, challenge) in live.Out)
        {
            _ = FollowAsync(ReplicaMessage.Appraised(hostId, challenge), message => LookAsync(message, CancellationToken.None));
        }
    }

    private void Hear(string text, CancellationToken stoppingToken)
    {
        if (!ReplicaMessage.TryRead(text, out var message))
        {
            return;
        }

        elsewhere.Hear(message);
        switch (message.Kind)
        {
            case ReplicaMessageKind.Asked when live.TryJoin(message.Subject, message.Value, out var sent):
                _ = FollowAsync(sent is null ? ReplicaMessage.Taken(message.Subject, message.Value) : ReplicaMessage.Sent(message.Subject, sent, [message.Value]), TellAsync);
                break;
            case ReplicaMessageKind.Appraised when message.Challenge is { } challenge && live.IsWaitingFor(message.Subject, challenge):
                _ = FollowAsync(message, heard => LookAsync(heard, stoppingToken));
                break;
            case ReplicaMessageKind.Sought when !elsewhere.IsOwn(message.Subject):
                _ = FollowAsync(message, SearchAsync);
                break;
        }
    }

    private async Task LookAsync(ReplicaMessage message, CancellationToken cancellationToken)
    {
        if (hosts.Find(message.Subject) is { } host && await service.AnswerOfAsync(host, message.Challenge!, cancellationToken) is { } answer)
        {
            live.Answer(message.Subject, message.Challenge, answer);
        }
    }

    private async Task SearchAsync(ReplicaMessage message)
    {
        var asked = live.AskAllHere();
        if (asked.Count == 0)
        {
            return;
        }

        await TellAsync(ReplicaMessage.Seeking(message.Subject, _self));
        await foreach (var answer in Task.WhenEach(asked))
        {
            if ((await answer).Verdict is not null)
            {
                await TellAsync(ReplicaMessage.Searched(message.Subject, ""));
            }
        }

        await TellAsync(ReplicaMessage.Searched(message.Subject, _self));
    }

    private Task TellAsync(ReplicaMessage message) => store.TellAsync(message.ToString(), CancellationToken.None);

    // One message that cannot be followed is no reason to stop hearing.
    private async Task FollowAsync(ReplicaMessage message, Func<ReplicaMessage, Task> follow)
    {
        try
        {
            await follow(message);
        }
        catch (OperationCanceledException)
        {
            // The verifier stops.
        }
#pragma warning disable CA1031 // see above
        catch (Exception failure)
#pragma warning restore CA1031
        {
            log.MessageFailed(failure, message.Kind.ToString());
        }
    }

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
}
