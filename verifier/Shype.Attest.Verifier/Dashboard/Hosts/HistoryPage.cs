using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Dashboard.Markup;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Dashboard.Hosts;

/// <summary>All changes and verdicts of a host, a page at a time.</summary>
internal static class HistoryPage
{
    /// <summary>The page.</summary>
    public static async Task<IResult> ShowAsync(HttpContext context, string id, long? events, long? verdicts, HostDirectory hosts, IDashboardStore store, IWatchStore watch)
    {
        if (hosts.Find(id)?.Record is not { } host)
        {
            return ErrorPages.Of(StatusCodes.Status404NotFound);
        }

        var visitor = Visitor.Of(context);
        var changed = await watch.ReadHostHistoryAsync(host.Id, events ?? long.MaxValue, PageSize + 1, context.RequestAborted);
        var judged = await store.ReadVerdictsAsync(host.Id, verdicts ?? long.MaxValue, PageSize + 1, context.RequestAborted);
        var path = Routes.History(host.Id);
        return new PageResult(Layout.Of(visitor, $"History of {host.Name}", "/dashboard", $"""
            {Parts.Trail(("/dashboard", "Fleet"), (Routes.Host(host.Id), host.Name))}
            <div class="heading"><h1>History</h1></div>
            <div class="columns">
            <section aria-labelledby="states"><h2 id="states">States</h2>{Timeline.States([.. changed.Take(PageSize)])}
            {Parts.Pages(events is null ? null : path, changed.Count > PageSize ? $"{path}?events={changed[PageSize - 1].Number}" : null, "Older changes")}</section>
            <section aria-labelledby="verdicts"><h2 id="verdicts">Verdicts</h2>{Timeline.Verdicts(host.Id, [.. judged.Take(PageSize)])}
            {Parts.Pages(verdicts is null ? null : path, judged.Count > PageSize ? $"{path}?verdicts={judged[PageSize - 1].Number}" : null, "Older verdicts")}</section>
            </div>
            """));
    }

    private const int PageSize = 50;
}
