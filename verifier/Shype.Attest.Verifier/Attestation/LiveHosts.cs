using System.Collections.Concurrent;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>Which agents are connected, so that they can be asked.</summary>
internal sealed class LiveHosts(VerifierOptions options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, LiveHost> _hosts = new(StringComparer.Ordinal);

    /// <summary>The hosts that are connected.</summary>
    public IReadOnlyCollection<string> Connected => [.. _hosts.Keys];

    /// <summary>Told of every host that connects.</summary>
    public event Action<string>? Arrived;

    /// <summary>Whether a host is connected.</summary>
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

    /// <summary>Asks a host for a fresh quote.</summary>
    public Task<HostAnswer> AskAsync(string hostId) =>
        _hosts.TryGetValue(hostId, out var live) ? live.AskAsync() : Task.FromResult(HostAnswer.None(AskFailure.HostNotConnected));

    /// <summary>Evidence of a host was appraised.</summary>
    public void Answer(string hostId, ReadOnlySpan<byte> nonce, HostAnswer answer)
    {
        if (_hosts.TryGetValue(hostId, out var live))
        {
            live.Answer(nonce, answer);
        }
    }
}
