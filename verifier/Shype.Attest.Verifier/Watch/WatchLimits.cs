namespace Shype.Attest.Verifier.Watch;

/// <summary>The bounds of the watch.</summary>
internal static class WatchLimits
{
    /// <summary>A host is not asked more often: a quote takes a discrete TPM about a second.</summary>
    public static TimeSpan MinInterval { get; } = TimeSpan.FromSeconds(5);

    /// <summary>A host is asked at least so often.</summary>
    public static TimeSpan MaxInterval { get; } = TimeSpan.FromDays(1);

    /// <summary>No shorter silence is one.</summary>
    public static TimeSpan MinDeadline { get; } = TimeSpan.FromSeconds(6);

    /// <summary>No longer silence is none.</summary>
    public static TimeSpan MaxDeadline { get; } = TimeSpan.FromDays(7);

    /// <summary>Webhooks at most.</summary>
    public const int MaxWebhooks = 32;

    /// <summary>Events that may wait for one webhook; beyond, the oldest are given up.</summary>
    public const int MaxBacklog = 50_000;

    /// <summary>Readers of the event stream at most, so that they leave room for agents.</summary>
    public const int MaxStreams = 200;

    /// <summary>History or events in one answer at most.</summary>
    public const int MaxPage = 500;
}
