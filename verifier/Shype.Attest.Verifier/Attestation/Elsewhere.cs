using System.Collections.Concurrent;
using System.Security.Cryptography;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>
/// Asks hosts whose agents are connected to other verifiers on the same store. A question goes to all of them; the one with the connection puts it among its
/// own askers, so that all share a quote that is younger than each question, and says which challenge that is. Whoever gets the evidence says so.
/// </summary>
internal sealed class Elsewhere(IReplicaStore store, VerifierOptions options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, RemoteHost> _hosts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RemoteSearch> _searches = new(StringComparer.Ordinal);
    private volatile bool _isHeard;

    /// <summary>Whether what others tell arrives.</summary>
    public bool IsHeard
    {
        get => _isHeard;
        set => _isHeard = value;
    }

    /// <summary>The challenges whose evidence questions wait for.</summary>
    public IEnumerable<(string HostId, byte[] Challenge)> Out => _hosts.SelectMany(host => host.Value.Out.Select(challenge => (host.Key, challenge)));

    /// <summary>Asks a host for a fresh quote; the answer is of evidence made after this call.</summary>
    public Task<HostAnswer> AskAsync(string hostId)
    {
        if (!store.IsShared)
        {
            return Task.FromResult(HostAnswer.None(AskFailure.HostNotConnected));
        }

        while (true)
        {
            var host = _hosts.GetOrAdd(hostId, id => new RemoteHost(id, this));
            if (host.TryAsk(out var answer))
            {
                return answer;
            }
        }
    }

    /// <summary>Has all others ask the hosts that are connected to them, and looks again after each answer, until something is found or nothing is left to wait for.</summary>
    public async Task<T?> SearchAsync<T>(Func<Task<T?>> look, CancellationToken cancellationToken)
        where T : class
    {
        if (!store.IsShared || !IsHeard)
        {
            return null;
        }

        var (question, search) = (NewQuestion(), new RemoteSearch());
        _searches[question] = search;
        try
        {
            await store.TellAsync(ReplicaMessage.Sought(question).ToString(), cancellationToken);
            var end = clock.GetTimestamp();
            while (clock.GetElapsedTime(end) < options.AnswerTimeout)
            {
                var (change, isOver) = search.Next(clock.GetElapsedTime(end) >= Patience);
                if (await look() is { } found)
                {
                    return found;
                }

                if (isOver)
                {
                    return null;
                }

                await Task.WhenAny(change, Task.Delay(Patience, clock, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }

            return null;
        }
        catch (StoreException)
        {
            // Who cannot be asked has nothing to say; that it is not known here is the answer.
            return null;
        }
        finally
        {
            _searches.TryRemove(question, out _);
        }
    }

    /// <summary>Whether a search began here.</summary>
    public bool IsOwn(string question) => _searches.ContainsKey(question);

    /// <summary>What others tell about questions that were asked here.</summary>
    public void Hear(ReplicaMessage message)
    {
        switch (message.Kind)
        {
            case ReplicaMessageKind.Taken when _hosts.TryGetValue(message.Subject, out var asked):
                asked.Taken(message.Value);
                break;
            case ReplicaMessageKind.Sent when message.Challenge is { } challenge && _hosts.TryGetValue(message.Subject, out var asked):
                asked.Sent(message.Questions, challenge);
                break;
            case ReplicaMessageKind.Seeking when _searches.TryGetValue(message.Subject, out var search):
                search.Began(message.Value);
                break;
            case ReplicaMessageKind.Searched when _searches.TryGetValue(message.Subject, out var search):
                search.Told(message.Value);
                break;
        }
    }

    /// <summary>Whether a question waits for what becomes of a challenge.</summary>
    public bool IsWaitingFor(string hostId, ReadOnlySpan<byte> nonce) => _hosts.TryGetValue(hostId, out var host) && host.IsWaitingFor(nonce);

    /// <summary>Evidence of a host was appraised.</summary>
    public void Answer(string hostId, ReadOnlySpan<byte> nonce, HostAnswer answer)
    {
        if (_hosts.TryGetValue(hostId, out var host))
        {
            host.Answer(nonce, answer);
        }
    }

    /// <summary>Asks until the question's challenge is out or nobody is there to send it.</summary>
    public async Task PutAsync(string hostId, RemoteQuestion question)
    {
        var (start, silent) = (clock.GetTimestamp(), 0);
        while (clock.GetElapsedTime(start) < 2 * options.AnswerTimeout)
        {
            var taken = question.Expect();
            try
            {
                await store.TellAsync(ReplicaMessage.Asked(hostId, question.Number).ToString(), CancellationToken.None);
            }
            catch (StoreException)
            {
                question.End(HostAnswer.None(AskFailure.OthersUnheard));
                return;
            }

            await Task.WhenAny(question.Sent, taken, Task.Delay(Patience, clock));
            if (!question.Sent.IsCompleted && taken.IsCompleted)
            {
                // It waits for its turn. Whoever has it may die meanwhile, or lose the connection: the question is put again.
                silent = 0;
                await Task.WhenAny(question.Sent, Task.Delay(2 * Patience, clock));
            }

            if (question.Sent.IsCompleted)
            {
                question.EndAfter(options.AnswerTimeout, clock);
                return;
            }

            if (!taken.IsCompleted && ++silent == MaxSilent)
            {
                question.End(HostAnswer.None(IsHeard ? AskFailure.HostNotConnected : AskFailure.OthersUnheard));
                return;
            }
        }

        question.End(HostAnswer.None(AskFailure.HostDidNotAnswer));
    }

    /// <summary>The host has no questions left.</summary>
    public void Forget(string hostId, RemoteHost host) => _hosts.TryRemove(KeyValuePair.Create(hostId, host));

    /// <summary>A number for a question that nobody else has.</summary>
    public static string NewQuestion() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));

    // Messages take milliseconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private const int MaxSilent = 2;
}
