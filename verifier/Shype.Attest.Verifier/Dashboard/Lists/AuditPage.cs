using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Audit;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Auditing;
using Shype.Attest.Verifier.Dashboard.Markup;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Dashboard.Lists;

/// <summary>Who decided what, and whether the chain that protects it holds.</summary>
internal sealed class AuditPage(IAuditStore store, AuditService audit, HostDirectory hosts)
{
    private const string Path = "/dashboard/audit";

    /// <summary>The records.</summary>
    public async Task<IResult> ShowAsync(HttpContext context, long? before, string? subject) => await PageAsync(context, before, subject, Html.Empty);

    /// <summary>The same after a walk over the whole chain.</summary>
    public async Task<IResult> CheckAsync(HttpContext context)
    {
        var problem = await audit.FindBreakAsync(context.RequestAborted);
        return await PageAsync(context, null, null, problem is null
            ? Parts.Notice("good", "The whole chain was walked just now, with every signed head: nothing was changed, reordered or taken away.")
            : Parts.Notice("bad", $"The chain is broken: {problem}"));
    }

    private async Task<IResult> PageAsync(HttpContext context, long? before, string? subject, Html notice)
    {
        var visitor = Visitor.Of(context);
        var wanted = subject?.Trim() is { Length: > 0 } given ? hosts.Find(given)?.Record.Id ?? given : null;
        var records = await store.ReadAuditBeforeAsync(before ?? long.MaxValue, wanted, PageSize + 1, context.RequestAborted);
        var top = await store.ReadAuditTopAsync(context.RequestAborted);
        return new PageResult(Layout.Of(visitor, "Audit", Path, $"""
            <div class="heading"><h1>Audit</h1><p class="dim">{Words.Count(top.Number, "record")}</p></div>
            {notice}
            {Chain(top)}
            <form class="filter" method="get" action="{Path}" role="search">
            <div class="field grow"><label for="subject">About: a host's name or id, a token's name, an authority</label><input id="subject" name="subject" type="search" value="{subject}" maxlength="256" autocomplete="off" spellcheck="false"></div>
            <button class="primary" type="submit">Show</button></form>
            {(records.Count == 0 ? Parts.Nothing("No record is like that.", $"""<a href="{Path}">Show all records</a>""")
                : Parts.Table("Records", Parts.Heads("Number", "When", "What", "About", "By", "Detail"), records.Take(PageSize).Select(Row), "audit"))}
            {Parts.Pages(before is null ? null : Routes.With(Path, ("subject", subject)),
                records.Count > PageSize ? Routes.With(Path, ("subject", subject), ("before", $"{records[PageSize - 1].Number}")) : null, "Older records")}
            """));
    }

    private static Html Chain(AuditTop top) => $"""
        <div class="chain {(top.IsMarked ? "trusted" : "failed")}">
        {(top.IsMarked ? Parts.Badge(WatchState.Trusted, "its end is the one that was written last") : Parts.Badge(WatchState.Failed, "its last record is not the one that was written last"))}
        <span>Head {Parts.Digest(Convert.ToHexStringLower(top.Hash))}</span>
        <a class="button" href="/dashboard/audit/check">Check the whole chain</a></div>
        """;

    private Html Row(AuditEntry record)
    {
        var about = hosts.Find(record.Subject)?.Record is { } host ? (Html)$"""<a href="{Routes.Host(host.Id)}">{host.Name}</a>""" : $"{record.Subject}";
        return $"""
            <tr><th scope="row">{record.Number}</th><td>{Parts.At(DateTimeOffset.FromUnixTimeMilliseconds(record.At))}</td><td>{Words.OfCode(record.Kind)}</td><td>{about}</td><td>{record.Actor}</td><td class="detail">{Parts.Prose(record.Detail)}</td></tr>
            """;
    }

    private const int PageSize = 50;
}
