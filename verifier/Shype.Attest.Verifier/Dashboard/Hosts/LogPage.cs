using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Dashboard.Markup;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Dashboard.Hosts;

/// <summary>A host's own log as far as quotes proved it, each record with what the last verdict says of it.</summary>
internal sealed class LogPage(HostViews views, IDashboardStore store)
{
    /// <summary>Records on a page.</summary>
    public const int PageSize = 100;

    /// <summary>The page.</summary>
    public async Task<IResult> ShowAsync(HttpContext context, string id, long? from)
    {
        if (await views.ReadAsync(id, null, context.RequestAborted) is not { } view)
        {
            return ErrorPages.Of(StatusCodes.Status404NotFound);
        }

        var first = Math.Max(0, from ?? 0);
        var visitor = Visitor.Of(context);
        var count = await store.CountLogAsync(view.Host.Id, context.RequestAborted);
        var pieces = await store.ReadLogAsync(view.Host.Id, first, first + PageSize, context.RequestAborted);
        var records = pieces.SelectMany(RecordsOf).Where(record => (long)record.RecordNumber >= first && (long)record.RecordNumber < first + PageSize).ToList();
        var path = Routes.Host(view.Host.Id) + "/log";
        return new PageResult(Layout.Of(visitor, $"Log of {view.Host.Name}", "/dashboard", $"""
            {Parts.Trail(("/dashboard", "Fleet"), (Routes.Host(view.Host.Id), view.Host.Name))}
            <div class="heading"><h1>Log</h1><p class="dim">{Words.Count(count, "record")} of this boot, extended into PCRs 11 to 13 and proven by quotes</p></div>
            {Records(view, records)}
            {Parts.Pages(first == 0 ? null : path, first + PageSize < count ? $"{path}?from={first + PageSize}" : null, "Later records")}
            """));
    }

    private static Html Records(HostView view, List<CelRecord> records)
    {
        if (records.Count == 0)
        {
            return Parts.Nothing("No record is proven.", $"""What the host sent last did not lead to the PCRs that its TPM signed, or it never sent a log. <a href="{Routes.Verdict(view.Host.Id)}">The last verdict</a> says more.""");
        }

        var findings = (view.Result?.Submods.Values ?? []).SelectMany(part => part.Findings ?? []).Where(finding => finding.Record is not null)
            .DistinctBy(finding => (finding.Code, finding.Subject, finding.Record)).ToLookup(finding => finding.Record!.Value);
        return Parts.Table("Records", Parts.Heads("Record", "Verdict", "PCR", "Kind", "What it says", "Digest"), records.Select(record => Row(record, [.. findings[record.RecordNumber]])), "log");
    }

    private static Html Row(CelRecord record, IReadOnlyList<ResultFinding> findings)
    {
        var worst = findings.OrderBy(finding => finding.Severity switch { "failure" => 0, "warning" => 1, _ => 2 }).FirstOrDefault();
        var verdict = worst is null ? Parts.Badge(WatchState.Trusted, "proven") : Parts.Badge(FindingParts.Like(worst.Severity), worst.Severity);
        var digest = record.Digests is [var one, ..] ? Convert.ToHexStringLower(one.Value.Span) : null;
        var said = findings.Select(finding => (Html)$"""<p class="said {Words.Of(FindingParts.Like(finding.Severity))}">{finding.Text}</p>""");
        return $"""
            <tr id="record-{(long)record.RecordNumber}"><th scope="row">{(long)record.RecordNumber}</th><td>{verdict}</td><td class="num">{record.Pcr.Value}</td><td>{record.Measurement.Type}</td><td class="says">{Parts.Prose(AgentLogReport.Describe(record.Measurement))}{said}</td><td>{Parts.Digest(digest)}</td></tr>
            """;
    }

    private static IReadOnlyList<CelRecord> RecordsOf(LogPiece piece) => CelRecord.TryDecodeSequence(piece.Bytes, out var records, out var problem)
        ? records
        : throw new StoreException($"the log that is kept cannot be read: {problem}; restore the database from a backup");
}
