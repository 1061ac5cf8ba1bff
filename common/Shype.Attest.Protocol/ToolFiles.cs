using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Protocol.Cbor;
using Shype.Attest.Tpm.Files;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Protocol;

/// <summary>
/// Evidence that a plain shell packed from the files of tpm2_quote (docs/rats-api.md): a CMW collection of <c>quote</c>, <c>signature</c>, <c>ak</c>,
/// <c>pcrs</c>, <c>firmware-log</c> and perhaps <c>ima-log</c>, each file as the tool or the kernel wrote it.
/// </summary>
public static class ToolFiles
{
    /// <summary>The type of the collection.</summary>
    public const string CollectionType = "tag:shype.dev,2026:tpm2-tools";

    /// <summary>Reads the files as evidence that answers a nonce.</summary>
    public static bool TryRead(Cmw cmw, byte[] nonce, [NotNullWhen(true)] out Evidence? evidence, [NotNullWhen(false)] out ProtocolProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(cmw);
        (evidence, problem) = (null, null);
        try
        {
            evidence = Read(cmw, nonce);
            return true;
        }
        catch (ProtocolFormatException refused)
        {
            problem = refused.Problem;
            return false;
        }
    }

    private static Evidence Read(Cmw cmw, byte[] nonce)
    {
        if (cmw is not CmwMap { CollectionType: null or CollectionType } files)
        {
            throw Refuse("evidence", "a CMW collection of type " + CollectionType + " is needed");
        }

        if (files.Entries.Keys.FirstOrDefault(label => !Labels.Contains(label)) is { } unknown)
        {
            throw Refuse("evidence", $"'{unknown}' is none of {string.Join(", ", Labels)}");
        }

        return new Evidence
        {
            Origin = EvidenceOrigin.Tools,
            ChallengeNonce = nonce,
            QuoteAttest = Bounded(Required(files, "quote", MediaTypes.TpmsAttest), "quote", ProtocolLimits.MaxAttestBytes, nameof(ProtocolLimits.MaxAttestBytes)),
            QuoteSignature = Bounded(Required(files, "signature", MediaTypes.TpmtSignature), "signature", ProtocolLimits.MaxSignatureBytes, nameof(ProtocolLimits.MaxSignatureBytes)),
            AkName = NameOf(Bounded(Required(files, "ak", MediaTypes.TpmPublic), "ak", ProtocolLimits.MaxPublicBytes, nameof(ProtocolLimits.MaxPublicBytes))),
            PcrValues = ReadPcrs(Required(files, "pcrs", MediaTypes.ToolPcrs)),
            FirmwareLog = Optional(files, "firmware-log", MediaTypes.FirmwareLog),
            ImaLog = Optional(files, "ima-log", MediaTypes.ImaList) is { } list ? new ImaSuffix(0, list) : null,
        };
    }

    // The key itself is not believed: its name says which enrolled key to check the quote by.
    private static byte[] NameOf(ReadOnlyMemory<byte> file) =>
        ToolPublicKey.TryReadArea(file.Span, out var area, out var malformed)
            ? area.NameAlgorithm.IsHash() ? TpmName.Of(area).Bytes.ToArray() : throw Refuse("ak", "its name algorithm is not a hash")
            : throw Refuse("ak", malformed.ToString());

    private static List<PcrValue> ReadPcrs(ReadOnlyMemory<byte> file)
    {
        if (!ToolPcrFile.TryRead(file.Span, out var pcrs, out var malformed))
        {
            throw Refuse("pcrs", malformed.Problem);
        }

        var values = new List<PcrValue>();
        foreach (var selection in pcrs.Selections.Selections)
        {
            foreach (var pcr in selection.Pcrs)
            {
                if (values.Count == ProtocolLimits.MaxPcrValues)
                {
                    throw StrictCborReader.RefuseAt(0, "pcrs", $"more than {ProtocolLimits.MaxPcrValues} values", nameof(ProtocolLimits.MaxPcrValues));
                }

                values.Add(pcr <= LastPcr ? new PcrValue(selection.Bank.ToText(), pcr, pcrs.Value(selection.Bank, pcr).ToArray()) : throw Refuse("pcrs", $"PCR {pcr} does not exist"));
            }
        }

        return values;
    }

    private static ReadOnlyMemory<byte> Required(CmwMap files, string label, string mediaType) => Optional(files, label, mediaType) ?? throw Refuse(label, "is missing");

    private static ReadOnlyMemory<byte>? Optional(CmwMap files, string label, string mediaType) =>
        !files.Entries.TryGetValue(label, out var entry) ? default(ReadOnlyMemory<byte>?)
        : entry is CmwRecord record && record.MediaType == mediaType ? record.Value
        : throw Refuse(label, $"a record of type {mediaType} is needed");

    private static ReadOnlyMemory<byte> Bounded(ReadOnlyMemory<byte> value, string label, int max, string limit) =>
        value.Length <= max ? value : throw StrictCborReader.RefuseAt(0, label, $"{value.Length} bytes, {max} are allowed ({limit})", limit);

    private static ProtocolFormatException Refuse(string member, string problem) => StrictCborReader.RefuseAt(0, member, problem);

    private static readonly string[] Labels = ["quote", "signature", "ak", "pcrs", "firmware-log", "ima-log"];

    // PC Client Platform TPM Profile 4.6.
    private const int LastPcr = 23;
}
