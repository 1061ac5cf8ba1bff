using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Agent.Sources;
using Shype.Attest.Tpm.Client;

namespace Shype.Attest.Agent;

/// <summary>What every command works with: settings, the state folder, the source, a clock, and somewhere to say what goes on.</summary>
public sealed class AgentContext : IDisposable
{
    /// <summary>Opens the state folder of these settings.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="source">Says what runs here.</param>
    /// <param name="clock">The time.</param>
    /// <param name="say">Takes sentences for people, one at a time, while work goes on.</param>
    public AgentContext(AgentOptions options, IMeasurementSource source, TimeProvider clock, Action<string> say)
    {
        ArgumentNullException.ThrowIfNull(options);
        (Options, Source, Clock, Say) = (options, source, clock, say);
        State = StateFolder.Open(options.State);
    }

    /// <summary>The settings.</summary>
    public AgentOptions Options { get; }

    /// <summary>Says what runs here.</summary>
    public IMeasurementSource Source { get; }

    /// <summary>The time.</summary>
    public TimeProvider Clock { get; }

    /// <summary>Takes sentences for people.</summary>
    public Action<string> Say { get; }

    /// <summary>Keys, token, kept policies.</summary>
    public StateFolder State { get; }

    /// <summary>What the last use of the journal left; used by whoever holds the agents' lock.</summary>
    internal JournalMemory? Journal { get; set; }

    /// <summary>Works with the TPM as the only agent that does; the connection is open for this piece of work and no longer.</summary>
    public T WithTpm<T>(Func<TpmClient, T> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        using var alone = State.Lock(LockPatience, Clock, cancellationToken);
        using var tpm = new TpmClient(Connect());
        return work(tpm);
    }

    /// <summary>Works with the settled log, and the TPM that it is about.</summary>
    public T WithJournal<T>(Func<MeasurementJournal, TpmClient, T> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        return WithTpm(
            tpm =>
            {
                using var journal = MeasurementJournal.Open(this, tpm);
                return work(journal, tpm);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => State.Dispose();

    private ITpmTransport Connect()
    {
        try
        {
            return TpmConnection.Open(Options.TpmAddress);
        }
        catch (ArgumentException e)
        {
            throw new AgentException(ExitCode.Usage, $"tpm: address: {e.Message}", e);
        }
    }

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(60);
}
