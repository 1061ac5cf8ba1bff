using System.Globalization;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Tpm.Types;
using Spectre.Console;

namespace Shype.Attest.Cli.Output;

/// <summary>An IMA list for a person.</summary>
internal sealed class ImaText(Report report)
{
    private readonly Page _page = new(report);

    public void Write(ImaList list, bool wasAsked)
    {
        _page.Line(0, $"IMA list, {list.Entries.Count} entries");
        _page.Gap();
        _page.Table(0, ["entry", "template", "digest", "name"], list.Entries.Select(entry => Row(entry)));
        _page.Gap();
        _page.Table(0, ["bank", "PCR 10, replayed"], list.Pcrs.Select(pcr => Cells(
            pcr.Bank.ToText() + (pcr.Style == ImaDigestStyle.Padded ? ", as Linux before 5.8 extends it" : ""), Convert.ToHexStringLower(pcr.Value))));
        if (list.Quoted is var (entries, style))
        {
            _page.Gap();
            _page.Line(0, $"the quoted value covers {entries} of {list.Entries.Count} entries{(style == ImaDigestStyle.Padded ? ", extended as SHA-1 with zeros behind it" : "")}");
        }
        else if (!wasAsked)
        {
            _page.Line(0, "nothing here is proven: compare PCR 10 with a quote");
        }

        if (list.FindingCount > 0)
        {
            _page.Gap();
            _page.Table(0, ["finding", "entry", "name", ""], list.Findings.Select(finding => Cells(
                ImaReport.CodeOf(finding.Code), finding.Entry?.ToString(CultureInfo.InvariantCulture) ?? "", finding.Name ?? "", finding.Detail)));
        }

        if (list.FindingCount > list.Findings.Count)
        {
            _page.Line(0, $"and {list.FindingCount - list.Findings.Count} more");
        }
    }

    private static IReadOnlyList<(string Text, Style? Style)> Row(in ImaEntry entry) => Cells(
        entry.Index.ToString(CultureInfo.InvariantCulture),
        entry.Template.Name,
        entry.IsViolation ? "violation" : entry.TryGetDigest(out var digest) ? digest.ToString() : "?",
        entry.Name);

    private static IReadOnlyList<(string Text, Style? Style)> Cells(params string[] cells) => [.. cells.Select(cell => (cell, default(Style)))];
}
