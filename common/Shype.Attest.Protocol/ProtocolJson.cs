using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Shype.Attest.Protocol.Audit;

namespace Shype.Attest.Protocol;

/// <summary>
/// The JSON messages, source-generated and strict: no duplicate and no unknown members, nothing null that must not be, nothing missing that is
/// required, exact spelling, depth 8.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    MaxDepth = 8)]
[JsonSerializable(typeof(Challenge))]
[JsonSerializable(typeof(EnrolmentRequest))]
[JsonSerializable(typeof(EnrolmentChallenge))]
[JsonSerializable(typeof(EnrolmentActivation))]
[JsonSerializable(typeof(EnrolmentResult))]
[JsonSerializable(typeof(AttestRequest))]
[JsonSerializable(typeof(HostList))]
[JsonSerializable(typeof(HostDetail))]
[JsonSerializable(typeof(RevokeRequest))]
[JsonSerializable(typeof(ReferenceBundleInfo))]
[JsonSerializable(typeof(ReferenceBundleList))]
[JsonSerializable(typeof(ReferenceSignerInfo))]
[JsonSerializable(typeof(ReferenceSignerList))]
[JsonSerializable(typeof(ReferenceHistory))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(GroupRequest))]
[JsonSerializable(typeof(AppraisalPolicyList))]
[JsonSerializable(typeof(ApproveRequest))]
[JsonSerializable(typeof(TrustList))]
[JsonSerializable(typeof(TrustAddition))]
[JsonSerializable(typeof(TrustChanged))]
[JsonSerializable(typeof(InvitationRequest))]
[JsonSerializable(typeof(Invitation))]
[JsonSerializable(typeof(ExpectRequest))]
[JsonSerializable(typeof(AdmissionList))]
[JsonSerializable(typeof(ReplaceRequest))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(TokenInfo))]
[JsonSerializable(typeof(StagedLog))]
[JsonSerializable(typeof(TokenList))]
[JsonSerializable(typeof(HostEvent))]
[JsonSerializable(typeof(HostEventList))]
[JsonSerializable(typeof(WatchRequest))]
[JsonSerializable(typeof(WatchInfo))]
[JsonSerializable(typeof(RefusedHostList))]
[JsonSerializable(typeof(WebhookRequest))]
[JsonSerializable(typeof(WebhookInfo))]
[JsonSerializable(typeof(WebhookList))]
[JsonSerializable(typeof(WebhookTest))]
[JsonSerializable(typeof(WebhookMessage))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(KeyRotation))]
[JsonSerializable(typeof(AuditList))]
[JsonSerializable(typeof(AuditCheck))]
[JsonSerializable(typeof(AuditHead))]
[JsonSerializable(typeof(AuditLine))]
public sealed partial class ProtocolJson : JsonSerializerContext
{
    /// <summary>Reads one message; the problem names the member and the byte.</summary>
    public static bool TryRead<T>(
        ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type, [NotNullWhen(true)] out T? message, [NotNullWhen(false)] out ProtocolProblem? problem)
        where T : class
    {
        message = null;
        problem = null;
        try
        {
            message = JsonSerializer.Deserialize(utf8, type);
            problem = message is null ? new ProtocolProblem(typeof(T).Name, 0, "null is no message") : null;
            return message is not null;
        }
        catch (JsonException refused)
        {
            problem = new ProtocolProblem(refused.Path ?? typeof(T).Name, OffsetOf(utf8, refused), FirstSentence(refused.Message));
            return false;
        }
    }

    private static int OffsetOf(ReadOnlySpan<byte> utf8, JsonException refused)
    {
        var offset = 0;
        for (var line = refused.LineNumber.GetValueOrDefault(); line > 0; line--)
        {
            offset += utf8[offset..].IndexOf((byte)'\n') + 1;
        }

        return (int)Math.Min(offset + refused.BytePositionInLine.GetValueOrDefault(), utf8.Length);
    }

    // The serializer appends " Path: $.x | LineNumber: 0 | BytePositionInLine: 3."; the problem carries these as data.
    private static string FirstSentence(string message) =>
        message.IndexOf(" Path: ", StringComparison.Ordinal) is var end and > 0 ? message[..end] : message;
}
