namespace Shype.Attest.Protocol;

/// <summary>What the watch holds of one host now.</summary>
public sealed record WatchStatus
{
    /// <summary>Its state.</summary>
    public required WatchState State { get; init; }

    /// <summary>Since when it has it.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Why: codes of findings, or of <see cref="WatchCauses"/>.</summary>
    public required IReadOnlyList<string> Causes { get; init; }

    /// <summary>SHA-256 (hex) of the evidence that it rests on.</summary>
    public string? Evidence { get; init; }

    /// <summary>When evidence last counted as a sign of life: fresh, and signed by the host's key.</summary>
    public DateTimeOffset? Heard { get; init; }

    /// <summary>Since when the host is silent beyond its deadline; null where it is not.</summary>
    public DateTimeOffset? SilentSince { get; init; }

    /// <summary>By when it must be heard; null where nothing is expected of it, or it is silent already.</summary>
    public DateTimeOffset? Due { get; init; }
}
