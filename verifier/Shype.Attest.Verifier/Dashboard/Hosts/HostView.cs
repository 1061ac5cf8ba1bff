using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Dashboard.Hosts;

/// <summary>A host as pages about it need it.</summary>
/// <param name="Host">The host.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Verdict">Its last verdict; null before the first.</param>
/// <param name="Result">What that says; null where it cannot be read.</param>
/// <param name="Memory">What is proven of its running boot; null before there was anything.</param>
internal sealed record HostView(HostRecord Host, WatchStatus Status, KeptVerdict? Verdict, AttestationResult? Result, HostMemory? Memory)
{
    /// <summary>The host's part of the result.</summary>
    public Submod? Part => Result?.Submods.GetValueOrDefault("host");

    /// <summary>A VM's part of the result.</summary>
    public Submod? PartOf(Guid vm) => Result?.Submods.GetValueOrDefault($"vm/{vm:D}");

    /// <summary>The evidence behind the verdict; null where there is none that can be read.</summary>
    public Evidence? Evidence => Verdict is { } verdict && Protocol.Evidence.TryDecode(verdict.Evidence, out var evidence, out _) ? evidence : null;
}

/// <summary>Reads what pages about a host show.</summary>
internal sealed class HostViews(HostDirectory hosts, IDashboardStore store, IWatchStore watch)
{
    /// <summary>The host with a verdict, the last one without a number; null where there is no such host, or no such verdict.</summary>
    public async Task<HostView?> ReadAsync(string idOrName, long? number, CancellationToken cancellationToken)
    {
        if (hosts.Find(idOrName) is not { } host)
        {
            return null;
        }

        // Between two appraisals of this host, so that verdict and memory are of one.
        await host.Gate.WaitAsync(cancellationToken);
        try
        {
            var record = host.Record;
            var verdict = await store.ReadVerdictAsync(record.Id, number, cancellationToken);
            if (number is not null && verdict is null)
            {
                return null;
            }

            var status = (await watch.ReadWatchAsync(record.Id, cancellationToken))?.Status ?? throw new StoreException($"the watch has no row of host {record.Id}");
            return new HostView(record, status, verdict, ResultOf(verdict), verdict is null ? null : (await hosts.KnowAsync(host, cancellationToken)).Memory);
        }
        finally
        {
            host.Gate.Release();
        }
    }

    private static AttestationResult? ResultOf(KeptVerdict? verdict) =>
        verdict is not null && ResultToken.TryReadUnverified(verdict.Result, out var claims, out _) ? claims.Result : null;
}
