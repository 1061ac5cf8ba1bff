using System.Diagnostics.Metrics;
using System.Reflection;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Store;
using Shype.Attest.Verifier.Watch;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>What is so at this moment: connected agents, the size of the store, when the certificate ends. The store is looked at once a minute, whoever scrapes.</summary>
internal sealed class Gauges : BackgroundService
{
    private readonly IAttestationStore _store;
    private readonly TimeProvider _clock;
    private readonly Meter _meter = new(Telemetry.Name);
    private long _bytes;

    /// <summary>Makes the gauges.</summary>
    public Gauges(IAttestationStore store, LiveHosts live, TlsIdentityEnd certificate, TimeProvider clock)
    {
        (_store, _clock) = (store, clock);
        var version = typeof(Gauges).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
        _meter.CreateObservableGauge("shype.agents.connected", () => live.Connected.Count, description: "Agents that hold a connection to this verifier");
        _meter.CreateObservableGauge("shype.store.size", () => Interlocked.Read(ref _bytes), "By", "Bytes that the database takes on its disk");
        _meter.CreateObservableGauge("shype.tls.certificate.expiry", () => certificate.At.ToUnixTimeSeconds(), "s", "When the TLS certificate expires, as a UNIX time");
        _meter.CreateObservableGauge("shype.build.info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", version)), description: "1, with the version of the program");
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        Telemetry.Begin();
        WatchMeter.Begin();
        var pace = new Pace(TimeSpan.FromMinutes(1), _clock);
        do
        {
            try
            {
                Interlocked.Exchange(ref _bytes, await _store.ReadSizeAsync(stoppingToken));
            }
            catch (Exception refused) when (refused is StoreException or OperationCanceledException)
            {
                // Readiness says that the store is away; the size stays what it was.
            }
        }
        while (await pace.NextAsync(stoppingToken));
    }
}

/// <summary>When the certificate that is served expires.</summary>
internal sealed record TlsIdentityEnd(DateTimeOffset At);
