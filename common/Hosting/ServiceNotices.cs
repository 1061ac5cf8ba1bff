using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting.Systemd;

namespace Shype.Attest.Hosting;

/// <summary>
/// What a service tells its manager (sd_notify(3)): READY=1 when it serves, STOPPING=1 when it ends, a STATUS= line, and WATCHDOG=1 in half the time that
/// the manager asks for. Without NOTIFY_SOCKET it is silent. Not the package's own lifetime: that one speaks only below a parent called systemd, knows no
/// watchdog, and takes the form of the log away from whoever configured it. Compiled into agent and verifier, which share no library with a host.
/// </summary>
internal sealed class ServiceNotices(Microsoft.Extensions.Hosting.IHostApplicationLifetime lifetime, ServiceStatus status, TimeProvider clock) : Microsoft.Extensions.Hosting.IHostedService, IDisposable
{
    private readonly SystemdNotifier _manager = new();
    private ITimer? _timer;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_manager.IsEnabled)
        {
            lifetime.ApplicationStarted.Register(() =>
            {
                Tell($"READY=1\nSTATUS={Line()}");
                var period = Watchdog is { } limit && limit / 2 < StatusPeriod ? limit / 2 : StatusPeriod;
                // On the pool's threads: a program whose pool is stuck is one that the manager shall restart.
                _timer = clock.CreateTimer(_ => Tell((Watchdog is null ? "" : "WATCHDOG=1\n") + $"STATUS={Line()}"), null, period, period);
            });
            lifetime.ApplicationStopping.Register(() =>
            {
                _timer?.Dispose();
                Tell("STOPPING=1\nSTATUS=Finishing what is in work");
            });
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private string Line() => status.Line().ReplaceLineEndings(" ");

    private void Tell(string message)
    {
        try
        {
            _manager.Notify(new ServiceState(message));
        }
        catch (SocketException)
        {
            // A manager that does not listen is no reason to stop serving.
        }
    }

    // Both are set by the manager (sd_watchdog_enabled(3)); the process id, where it is set, says for whom.
    private static TimeSpan? Watchdog { get; } =
        long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
        && (Environment.GetEnvironmentVariable("WATCHDOG_PID") is not { Length: > 0 } pid || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;

    private static readonly TimeSpan StatusPeriod = TimeSpan.FromSeconds(30);
}

/// <summary>The line that a service says about itself.</summary>
/// <param name="Line">Makes it.</param>
internal sealed record ServiceStatus(Func<string> Line);
