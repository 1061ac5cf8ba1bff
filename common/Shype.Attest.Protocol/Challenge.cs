using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol;

/// <summary>What the verifier asks a host's agent to prove, freshly.</summary>
public sealed record Challenge
{
    /// <summary>The nonce of <see cref="ChallengeNonce"/>; opaque to the agent.</summary>
    [JsonConverter(typeof(Base64UrlConverter))]
    public required byte[] Nonce { get; init; }

    /// <summary>The PCRs to quote, in this order and no others.</summary>
    public required IReadOnlyList<PcrRequest> Pcrs { get; init; }

    /// <summary>After this moment an answer is refused.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>How far the verifier already has this host's measurement log; the agent sends the rest.</summary>
    public required LogPosition Known { get; init; }

    /// <summary>SHA-256 (hex) of the firmware log that the verifier has for this boot; the agent leaves out a log with this digest.</summary>
    public string? KnownFirmwareLog { get; init; }

    /// <summary>
    /// How many bytes of the kernel's IMA list are known, of the boot of <see cref="Known"/>; the agent sends the rest. Null where none are: agents that do not
    /// know this member are then asked as before.
    /// </summary>
    public ulong? KnownImaBytes { get; init; }

    /// <summary>SHA-256 (hex) of policy files that the verifier has; the agent leaves out a policy with one of these digests.</summary>
    public required IReadOnlyList<string> KnownPolicies { get; init; }
}

/// <summary>PCRs of one bank.</summary>
/// <param name="Bank">The bank's algorithm as text, "sha256".</param>
/// <param name="Pcrs">PCR indices, ascending.</param>
public sealed record PcrRequest(string Bank, IReadOnlyList<int> Pcrs);

/// <summary>A place in a host's measurement log.</summary>
public sealed record LogPosition
{
    /// <summary>Nothing is known: the whole log is wanted.</summary>
    public static LogPosition None { get; } = new() { NextRecord = 0 };

    /// <summary>The boot whose log it is; null when the verifier has none.</summary>
    public string? BootId { get; init; }

    /// <summary>The first record number that is not known yet.</summary>
    public required ulong NextRecord { get; init; }
}
