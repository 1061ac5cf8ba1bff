using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Rats;

/// <summary>A body of evidence, and what it is once a CMW around it is taken off (draft-ietf-rats-msg-wrap).</summary>
/// <param name="Type">One of <see cref="Accepted"/>.</param>
/// <param name="Body">The evidence.</param>
/// <param name="Sent">The body's own media type.</param>
/// <param name="Whole">The body as it came.</param>
internal sealed record EvidenceEnvelope(string Type, ReadOnlyMemory<byte> Body, string Sent, byte[] Whole)
{
    /// <summary>What is taken, as sessions and the discovery document list it.</summary>
    public static IReadOnlyList<string> Accepted { get; } = [MediaTypes.Evidence, MediaTypes.EvidenceJson, MediaTypes.ToolEvidence, MediaTypes.CmwCbor, MediaTypes.CmwJson];

    /// <summary>
    /// Takes the CMW off: a record or a tag is what its type says, a collection what its own type says. Both out values null: of a type that is not taken.
    /// </summary>
    public static EvidenceEnvelope? Open(string sent, byte[] body, out ProtocolProblem? problem)
    {
        problem = null;
        if (!Wrappers.Contains(sent))
        {
            return IsTaken(sent) ? new(sent, body, sent, body) : null;
        }

        if (!TryDecode(body, out var cmw, out problem))
        {
            return null;
        }

        return cmw switch
        {
            CmwRecord { MediaType: { } inner } record when IsTaken(inner) => new(inner, record.Value, sent, body),
            CmwMap { CollectionType: ToolFiles.CollectionType } => new(MediaTypes.ToolEvidence, body, sent, body),
            CmwMap { CollectionType: EvidenceType } => new(IsJson(body) ? MediaTypes.EvidenceJson : MediaTypes.Evidence, body, sent, body),
            _ => null,
        };
    }

    /// <summary>Reads the evidence as an answer to a nonce.</summary>
    public bool TryRead(byte[] nonce, [NotNullWhen(true)] out Evidence? evidence, [NotNullWhen(false)] out ProtocolProblem? problem)
    {
        evidence = null;
        Cmw? cmw;
        return Type switch
        {
            MediaTypes.ToolEvidence => TryDecode(Body, out cmw, out problem) && ToolFiles.TryRead(cmw, nonce, out evidence, out problem),
            MediaTypes.EvidenceJson => CmwJson.TryDecode(Body.Span, out cmw, out problem) && Evidence.TryRead(cmw, out evidence, out problem),
            _ => Evidence.TryDecode(Body, out evidence, out problem),
        };
    }

    private static bool TryDecode(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out Cmw? cmw, [NotNullWhen(false)] out ProtocolProblem? problem) =>
        IsJson(body) ? CmwJson.TryDecode(body.Span, out cmw, out problem) : Cmw.TryDecode(body, out cmw, out problem);

    // msg-wrap 3.4: the first byte tells them apart; JSON may have white space before it.
    private static bool IsJson(ReadOnlyMemory<byte> body) => body.Span.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..];

    private static bool IsTaken(string type) => type is MediaTypes.Evidence or MediaTypes.EvidenceJson or MediaTypes.ToolEvidence;

    private const string EvidenceType = "tag:shype.dev,2026:evidence";

    private static readonly string[] Wrappers =
        [MediaTypes.CmwCbor, MediaTypes.CmwJson, "application/cmw", "application/vnd.veraison.cmw", "application/vnd.veraison.cmw+json", "application/vnd.veraison.cmw+cbor"];
}
