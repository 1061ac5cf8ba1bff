using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Auditing;
using Shype.Attest.Verifier.Signing;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>What is done now and then: the audit chain is walked once after the start; its head is signed, keys are renewed and old evidence is forgotten every hour.</summary>
internal sealed class Upkeep(IAttestationStore store, IWatchStore watch, AuditService audit, AccessTokens tokens, KeyRing keys, VerifierOptions options, TimeProvider clock, ILogger<Upkeep> log) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Leaves the start to the server.
        await Task.Yield();
        var pace = new Pace(TimeSpan.FromHours(1), clock);
        await DoAsync(() => CheckAuditAsync(stoppingToken));
        do
        {
            await DoAsync(() => audit.SignAsync(stoppingToken));
            await DoAsync(() => tokens.KeepUsesAsync(stoppingToken));
            await DoAsync(() => keys.RenewAsync(stoppingToken));
            await DoAsync(() => TidyAsync(stoppingToken));
        }
        while (await pace.NextAsync(stoppingToken));
    }

    private async Task CheckAuditAsync(CancellationToken cancellationToken)
    {
        if (await audit.FindBreakAsync(cancellationToken) is { } problem)
        {
            log.AuditBroken(problem);
        }
    }

    private async Task TidyAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        while (await store.ForgetBeforeAsync(now - options.KeepEvidence, cancellationToken) > 0)
        {
            // In portions, so that evidence that arrives meanwhile does not wait.
            await store.CompactAsync(cancellationToken);
        }

        while (await watch.ForgetHostEventsAsync(now - options.KeepHistory, cancellationToken) > 0)
        {
        }

        foreach (var host in await store.ReadHostsAsync(cancellationToken))
        {
            if (await store.ForgetBeyondAsync(host.Id, options.KeepVerdictsPerHost, cancellationToken) > 0)
            {
                await store.CompactAsync(cancellationToken);
            }
        }
    }

    private async Task DoAsync(Func<Task> task)
    {
        try
        {
            await task();
        }
        catch (OperationCanceledException)
        {
            // The verifier stops.
        }
#pragma warning disable CA1031 // upkeep that fails must not end the service
        catch (Exception failure)
#pragma warning restore CA1031
        {
            log.UpkeepFailed(failure);
        }
    }
}
