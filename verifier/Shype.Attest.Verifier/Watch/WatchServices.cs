using Shype.Attest.Verifier.Api;

namespace Shype.Attest.Verifier.Watch;

/// <summary>The watch, put together.</summary>
internal static class WatchServices
{
    /// <summary>Adds what watches, tells and counts.</summary>
    public static void AddWatch(this IServiceCollection services, byte[] webhookKey)
    {
        services.AddSingleton<WatchMeter>().AddSingleton<EventStreams>().AddSingleton(_ => new WebhookSecrets(webhookKey)).AddSingleton<WebhookSender>();
        services.AddRunning<EventFeed>().AddRunning<WatchSweep>().AddRunning<WatchRounds>().AddRunning<WebhookDeliveries>();
    }

    private static IServiceCollection AddRunning<T>(this IServiceCollection services)
        where T : BackgroundService =>
        services.AddSingleton<T>().AddHostedService(provider => provider.GetRequiredService<T>());
}
