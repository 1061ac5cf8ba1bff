using System.Globalization;
using System.Text.Json;
using Shype.Attest.Appraisal.ToolQuote;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Cli.Output;

/// <summary>What <c>shype tpm quote-verify --json</c> prints. People script against it: members are added, never changed.</summary>
/// <param name="Verified">Whether every check held.</param>
/// <param name="Findings">Every check that failed, most important first; empty when verified.</param>
/// <param name="Notes">What was not checked, or does not mean what it seems to.</param>
/// <param name="Attest">What was signed, or claims to be; null where the bytes are none.</param>
/// <param name="Pcrs">The PCR values that were given and are the quoted ones: bank, PCR, hex.</param>
/// <param name="KeyName">The attestation key's TPM name in hex; null where the key came without a public area.</param>
public sealed record QuoteReport(
    bool Verified,
    IReadOnlyList<ResultFinding> Findings,
    IReadOnlyList<QuoteNote> Notes,
    AttestReport? Attest,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>? Pcrs,
    string? KeyName)
{
    /// <summary>The report of a verdict.</summary>
    public static QuoteReport Of(ToolQuoteVerdict verdict)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        return new QuoteReport(
            verdict.IsVerified,
            [.. verdict.Findings.Select(finding => finding.ToResult())],
            [.. verdict.Notes.Select(QuoteNote.Of)],
            verdict.Attest is { } attest ? AttestReport.Of(attest) : null,
            verdict.Pcrs?.ToDictionary(bank => bank.Key.ToText(), IReadOnlyDictionary<string, string> (bank) => Values(bank.Value)),
            verdict.KeyName?.ToString());
    }

    private static Dictionary<string, string> Values(IReadOnlyDictionary<int, byte[]> values) =>
        values.ToDictionary(value => value.Key.ToString(CultureInfo.InvariantCulture), value => Convert.ToHexStringLower(value.Value));
}

/// <summary>Something to know beside the verdict.</summary>
/// <param name="Code">The name of the <see cref="ToolQuoteNote"/> in kebab-case.</param>
/// <param name="Text">One sentence.</param>
public sealed record QuoteNote(string Code, string Text)
{
    internal static QuoteNote Of(ToolQuoteNote note) => new(JsonNamingPolicy.KebabCaseLower.ConvertName(note.ToString()), note switch
    {
        ToolQuoteNote.NonceNotChecked => "No nonce was given (-q): this may be an old quote.",
        ToolQuoteNote.SelectionNotChecked => "No selection was given (-l): the quote itself chose which PCRs it covers.",
        ToolQuoteNote.PcrValuesNotChecked => "No PCR values were given (-f): nothing is known about them but their digest.",
        ToolQuoteNote.KeyAttributesUnknown => "The key is bare: nobody checked that it lives in a TPM and signs only what the TPM made.",
        ToolQuoteNote.PlainHashAssumed => "Neither key nor signature say which hash was signed: the one of the length of the digest was taken (-g).",
        ToolQuoteNote.ResettablePcrs => "PCR 16 and 23 can be reset by anybody on the machine: their values prove nothing.",
        ToolQuoteNote.Sha1Bank => "SHA-1 banks prove little: values of theirs can be forged by collisions.",
        _ => "The TPM says that its clock may have gone back (safe is NO).",
    });
}

/// <summary>A TPMS_ATTEST.</summary>
/// <param name="Magic">TPM_GENERATED_VALUE in hex.</param>
/// <param name="Type">"quote", or what it is instead.</param>
/// <param name="QualifiedSigner">The key's qualified name in hex.</param>
/// <param name="ExtraData">The nonce in hex.</param>
/// <param name="ClockInfo">The TPM's clock.</param>
/// <param name="FirmwareVersion">In hex, since it has 64 bits.</param>
/// <param name="PcrSelection">The PCRs in the quote's order; null where it is no quote.</param>
/// <param name="PcrDigest">The digest over their values in hex.</param>
public sealed record AttestReport(
    string Magic,
    string Type,
    string QualifiedSigner,
    string ExtraData,
    ClockReport ClockInfo,
    string FirmwareVersion,
    IReadOnlyList<SelectionReport>? PcrSelection,
    string? PcrDigest)
{
    internal static AttestReport Of(Attestation attest)
    {
        var quote = attest.Body as QuoteBody;
        return new AttestReport(
            attest.Magic.ToString("x8", CultureInfo.InvariantCulture),
            TypeText(attest.Type),
            attest.QualifiedSigner.ToString(),
            Convert.ToHexStringLower(attest.ExtraData),
            new ClockReport(attest.Clock.Clock, attest.Clock.ResetCount, attest.Clock.RestartCount, attest.Clock.Safe),
            attest.FirmwareVersion.ToString("x16", CultureInfo.InvariantCulture),
            quote is null ? null : [.. quote.Selections.Selections.Select(selection => new SelectionReport(selection.Bank.ToText(), selection.Pcrs))],
            quote is null ? null : Convert.ToHexStringLower(quote.PcrDigest));
    }

    // "AttestQuote" is "quote", "AttestNv" is "nv".
    internal static string TypeText(StructureTag type) => JsonNamingPolicy.KebabCaseLower.ConvertName(type.ToString().Replace("Attest", "", StringComparison.Ordinal));
}

/// <summary>A TPMS_CLOCK_INFO.</summary>
/// <param name="Clock">Milliseconds.</param>
/// <param name="ResetCount">TPM Resets.</param>
/// <param name="RestartCount">TPM Restarts and Resumes.</param>
/// <param name="Safe">Whether the clock cannot have gone back.</param>
public sealed record ClockReport(ulong Clock, uint ResetCount, uint RestartCount, bool Safe);

/// <summary>Some PCRs of one bank.</summary>
/// <param name="Bank">The bank.</param>
/// <param name="Pcrs">The PCRs.</param>
public sealed record SelectionReport(string Bank, IReadOnlyList<int> Pcrs);
