namespace Shype.Attest.Verifier.Attestation;

/// <summary>
/// Keeps memory to the hosts that speak: what is known of a host, its key and the story of its boot, takes some twenty times as much as its row. What was not
/// needed for a while is read from the store again when it is.
/// </summary>
internal sealed class IdleHosts(HostDirectory hosts, TimeProvider clock) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Often, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            hosts.ForgetIdle(clock.GetUtcNow() - Idle);
        }
    }

    // Longer than hosts are usually silent, so that those that are asked now and then are not read each time.
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Often = TimeSpan.FromMinutes(1);
}
