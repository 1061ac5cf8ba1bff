using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol;

/// <summary>Problem details (RFC 9457): the body of every answer that is not a success.</summary>
public sealed record ProblemDocument
{
    /// <summary>One of <see cref="ProblemTypes"/>.</summary>
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    /// <summary>The type in words.</summary>
    [JsonPropertyName("title")]
    public string? Title { get; init; }

    /// <summary>The HTTP status.</summary>
    [JsonPropertyName("status")]
    public int? Status { get; init; }

    /// <summary>What happened this time and what to do about it.</summary>
    [JsonPropertyName("detail")]
    public string? Detail { get; init; }

    /// <summary>The part of the message that is wrong.</summary>
    [JsonPropertyName("member")]
    public string? Member { get; init; }

    /// <summary>The byte where it stands.</summary>
    [JsonPropertyName("offset")]
    public int? Offset { get; init; }

    /// <summary>The name in <see cref="ProtocolLimits"/> of the limit that was crossed.</summary>
    [JsonPropertyName("limit")]
    public string? Limit { get; init; }

    /// <summary>Why an enrolment was refused.</summary>
    [JsonPropertyName("findings")]
    public IReadOnlyList<ResultFinding>? Findings { get; init; }

    /// <summary>The trace id (W3C Trace Context) of the request, as the verifier's log and its traces name it.</summary>
    [JsonPropertyName("trace")]
    public string? Trace { get; init; }

    /// <summary>The problem in JSON.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, EarJson.Default.ProblemDocument);

    /// <summary>Reads a problem; members that we do not know are ignored (RFC 9457 3.2).</summary>
    public static bool TryRead(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out ProblemDocument? document) =>
        ProtocolJson.TryRead(utf8, EarJson.Default.ProblemDocument, out document, out _);
}
