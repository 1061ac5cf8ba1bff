using System.Globalization;
using Shype.Attest.Appraisal.ToolQuote;

namespace Shype.Attest.Cli.Output;

/// <summary>A judged quote for a person.</summary>
internal sealed class QuoteText(Report report)
{
    private readonly Page _page = new(report);

    public void Write(ToolQuoteVerdict verdict)
    {
        var quote = QuoteReport.Of(verdict);
        _page.Line(0, ("quote: ", null), quote.Verified ? ("verified", Styles.Good) : ("REFUSED", Styles.Bad));
        foreach (var finding in quote.Findings)
        {
            new VerdictText(report).WriteFinding(finding);
        }

        foreach (var note in quote.Notes)
        {
            _page.Line(2, ("note", Styles.Doubtful), ($" {note.Code}: {note.Text}", null));
        }

        if (quote.Attest is { } attest)
        {
            _page.Gap();
            WriteStatement(attest, quote);
        }
    }

    private void WriteStatement(AttestReport attest, QuoteReport quote)
    {
        _page.Line(0, quote.Verified ? "signed by the TPM:" : "what it says, which is not proven:");
        _page.Table(2, ["", ""], Facts(attest, quote).Select(IReadOnlyList<(string, Spectre.Console.Style?)> (fact) => [(fact.Name, Styles.Quiet), (fact.Value, null)]));
        foreach (var (bank, values) in quote.Pcrs ?? new Dictionary<string, IReadOnlyDictionary<string, string>>())
        {
            _page.Line(2, $"{bank}:");
            foreach (var (pcr, value) in values)
            {
                _page.Line(4, $"{pcr,2}: {value}");
            }
        }
    }

    private static IEnumerable<(string Name, string Value)> Facts(AttestReport attest, QuoteReport quote)
    {
        yield return ("type", attest.Type);
        yield return ("magic", attest.Magic);
        yield return ("nonce", attest.ExtraData.Length == 0 ? "none" : attest.ExtraData);
        yield return ("signer", attest.QualifiedSigner);
        if (quote.KeyName is { } name)
        {
            yield return ("key", name);
        }

        var clock = attest.ClockInfo;
        yield return ("clock", string.Create(
            CultureInfo.InvariantCulture, $"{clock.Clock} ms, {clock.ResetCount} resets, {clock.RestartCount} restarts, {(clock.Safe ? "safe" : "not safe")}"));
        yield return ("firmware", attest.FirmwareVersion);
        if (attest.PcrSelection is { } selection)
        {
            yield return ("pcrs", string.Join('+', selection.Select(bank => $"{bank.Bank}:{string.Join(',', bank.Pcrs)}")));
            yield return ("digest", attest.PcrDigest!);
        }
    }
}
