using System.Collections.Concurrent;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>Which agents are connected, so that they can be asked; those that are connected to other verifiers are asked through these.</summary>
internal sealed class LiveHosts(Elsewhere elsewhere, VerifierOptions options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, LiveHost> _hosts = new(StringComparer.Ordinal);

    /// <summary>The hosts that are connected here.</summary>
    public IReadOnlyCollection<string> Connected => [.. _hosts.Keys];

    /// <summary>Told of every host that connects.</summary>
    public event Action<string>? Arrived;

    /// <summary>Whether a host is connected here.</summary>
    public bool IsConnected(string hostId) => _hosts.ContainsKey(hostId);

    /// <summary>An agent connected; an older connection of the same host ends.</summary>
    public LiveHost Connect(string hostId)
    {
        var live = new LiveHost(options.AnswerTimeout, clock);
        LiveHost? before = null;
        _hosts.AddOrUpdate(hostId, live, (_, older) =>
        {
            before = older;
            return live;
        });
        before?.Close();
        Arrived?.Invoke(hostId);
        return live;
    }

    /// <summary>The connection ended.</summary>
    public void Disconnect(string hostId, LiveHost live)
    {
        _hosts.TryRemove(KeyValuePair.Create(hostId, live));
        live.Close();
    }

    /// <summary>Ends the connection of a host that may not speak any more.</summary>
    public void Drop(string hostId)
    {
        if (_hosts.TryRemove(hostId, out var live))
        {
            live.Close();
        }
    }

    /// <summary>Asks a host for a fresh quote, wherever it is connected.</summary>
    public async Task<HostAnswer> AskAsync(string hostId)
    {
        // An agent that hangs up while it is asked may be with another verifier next.
        var answer = await AskHereAsync(hostId);
        return answer.Failure == AskFailure.HostNotConnected ? await elsewhere.AskAsync(hostId) : answer;
    }

    /// <summary>Asks a host that is connected here.</summary>
    public Task<HostAnswer> AskHereAsync(string hostId) =>
        _hosts.TryGetValue(hostId, out var live) ? live.AskAsync() : Task.FromResult(HostAnswer.None(AskFailure.HostNotConnected));

    /// <summary>
    /// Asks every host that is connected here, to find what none is known to run; none, where there are many: a question about a name that nobody knows must not cost
    /// a quote of every host of a fleet.
    /// </summary>
    public IReadOnlyList<Task<HostAnswer>> AskAllHere()
    {
        var connected = Connected;
        return connected.Count > MaxAskedAtOnce ? [] : [.. connected.Select(AskHereAsync)];
    }

    /// <summary>A question of another verifier; false where its host is not connected here.</summary>
    public bool TryJoin(string hostId, string question, out byte[]? challenge)
    {
        challenge = null;
        return _hosts.TryGetValue(hostId, out var live) && live.TryJoin(question, out challenge);
    }

    /// <summary>Evidence of a host was appraised.</summary>
    public void Answer(string hostId, ReadOnlySpan<byte> nonce, HostAnswer answer)
    {
        if (_hosts.TryGetValue(hostId, out var live))
        {
            live.Answer(nonce, answer);
        }

        elsewhere.Answer(hostId, nonce, answer);
    }

    /// <summary>Whether somebody here waits for what becomes of a challenge.</summary>
    public bool IsWaitingFor(string hostId, ReadOnlySpan<byte> nonce) =>
        (_hosts.TryGetValue(hostId, out var live) && live.IsWaitingFor(nonce)) | elsewhere.IsWaitingFor(hostId, nonce);

    /// <summary>All challenges whose evidence may have come to another verifier.</summary>
    public IReadOnlyList<(string HostId, byte[] Challenge)> Out =>
        [.. _hosts.Select(host => (host.Key, host.Value.Out)).Where(host => host.Out is not null).Select(host => (host.Key, host.Out!)), .. elsewhere.Out];

    private const int MaxAskedAtOnce = 32;
}
