using Shype.Attest.Verifier.Hosting;

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
        var pace = new Pace(Idle, clock);
        while (await pace.NextAsync(stoppingToken))
        {
            hosts.ForgetIdle();
        }
    }

    // Longer than hosts are usually silent, and not shorter than a challenge lives: evidence finds what its challenge promised to know.
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);
}
