using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Dashboard.Hosts;
using Shype.Attest.Verifier.Dashboard.Markup;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Dashboard.Lists;

/// <summary>Hosts that wait for an operator, each with what it proved.</summary>
internal sealed class ApprovalsPage(HostDirectory hosts, IAttestationStore store, TrustStore trust, HostForms forms)
{
    /// <summary>The page.</summary>
    public async Task<IResult> ShowAsync(HttpContext context, string? after)
    {
        var visitor = Visitor.Of(context);
        var page = hosts.List(HostState.Pending, after, PageSize + 1);
        List<Html> cards = [];
        foreach (var host in page.Take(PageSize))
        {
            cards.Add(Card(visitor, host, await store.ReadRequestAsync(host.Id, context.RequestAborted)));
        }

        var lead = visitor.IsOperator ? "Compare the fingerprint with the one that the machine itself shows, then decide." : "An operator decides about these; you may look.";
        return new PageResult(Layout.Of(visitor, "Approvals", "/dashboard/approvals", $"""
            <div class="heading"><h1>Approvals</h1></div>
            {(cards.Count == 0 ? Parts.Nothing("Nobody waits.", $"A host that proves its TPM and was neither invited nor expected waits here.") : $"""<p class="lead">{lead}</p>""")}
            {cards}
            {Parts.Pages(after is null ? null : "/dashboard/approvals", page.Count > PageSize ? Routes.With("/dashboard/approvals", ("after", page[PageSize - 1].Id)) : null)}
            """));
    }

    private Html Card(Visitor visitor, HostRecord host, StoredRequest? request) => $"""
        <article class="approval" aria-labelledby="host-{host.Id}">
        <div class="heading"><h2 id="host-{host.Id}"><a href="{Routes.Host(host.Id)}">{host.Name}</a></h2><p class="dim">enrolled {Parts.Ago(host.EnrolledAt, visitor.Now)}</p></div>
        {HostParts.Identity(host, request, trust)}
        {(visitor.IsOperator ? $"""<div class="columns">{forms.Approve(visitor, host)}{HostForms.Revoke(visitor, host)}</div>""" : Html.Empty)}
        </article>
        """;

    private const int PageSize = 10;
}
