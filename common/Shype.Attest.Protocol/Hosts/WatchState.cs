using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol;

/// <summary>
/// What the verifier holds of a host by all that it saw of it and all that it did not (docs/watch.md). <see cref="HostState"/> says whether a host may
/// speak at all; this says what came of it.
/// </summary>
public enum WatchState
{
    /// <summary>Proved its keys, waits for an operator.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>May speak, and has not yet shown evidence that says anything.</summary>
    [JsonStringEnumMemberName("enrolled")]
    Enrolled,

    /// <summary>Its last evidence is affirming, and its deadline has not passed since.</summary>
    [JsonStringEnumMemberName("trusted")]
    Trusted,

    /// <summary>Its last evidence gave a warning, or could not be judged.</summary>
    [JsonStringEnumMemberName("degraded")]
    Degraded,

    /// <summary>Its last evidence was refused; silence since then changes nothing about that.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Nothing that counts was heard of it by its deadline, and what was heard before was not a failure.</summary>
    [JsonStringEnumMemberName("unreachable")]
    Unreachable,

    /// <summary>May not speak any more.</summary>
    [JsonStringEnumMemberName("revoked")]
    Revoked,
}
