using System.Globalization;
using Shype.Attest.Protocol.Audit;
using Spectre.Console;

namespace Shype.Attest.Cli.Output;

/// <summary>The audit for a person.</summary>
internal sealed class AuditText(Report report)
{
    private readonly Page _page = new(report);

    public void Write(IReadOnlyList<AuditEntry> records) => _page.Table(
        0, ["number", "at", "who", "what", "about", "detail"], records.Select(IReadOnlyList<(string, Style?)> (record) => Row(record)));

    public void Write(AuditCheck found)
    {
        _page.Line(0, found.Holds
            ? [("holds: ", Styles.Good), ($"{found.Records} records, each the one that was written", null)]
            : [("BROKEN: ", Styles.Bad), (found.Problem ?? "the verifier does not say why", null)]);
    }

    private static (string, Style?)[] Row(AuditEntry record) =>
    [
        (record.Number.ToString(CultureInfo.InvariantCulture), Styles.Quiet),
        (Page.Moment(Math.Clamp(record.At / 1000, 0, 253_402_300_799)), null),
        (record.Actor, Styles.Strong),
        (record.Kind, null),
        (record.Subject, null),
        (record.Detail.Length <= MaxDetail ? record.Detail : record.Detail[..MaxDetail] + "...", null),
    ];

    private const int MaxDetail = 200;
}

/// <summary>What <c>shype audit export --json</c> prints.</summary>
/// <param name="File">The file.</param>
/// <param name="Bytes">Its bytes.</param>
public sealed record AuditExported(string File, long Bytes);

/// <summary>What <c>shype audit head --json</c> prints.</summary>
/// <param name="Records">How many records there are.</param>
/// <param name="Head">The signed head.</param>
public sealed record AuditHeadReport(long Records, string Head);
