using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Dashboard.Markup;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Dashboard.Hosts;

/// <summary>One host: what is wrong with it and why, then all that is known of it.</summary>
internal sealed class HostPage(HostViews views, IDashboardStore store, IWatchStore watch, IAttestationStore hosts, TrustStore trust, CurrentAppraisalPolicies policies, LiveHosts live, HostForms forms)
{
    /// <summary>The page.</summary>
    public async Task<IResult> ShowAsync(HttpContext context, string id, string? done) =>
        await PageAsync(context, id, HostForms.Notice(done)) is { } page ? new PageResult(page) : ErrorPages.Of(StatusCodes.Status404NotFound);

    /// <summary>The page with a message; null where there is no such host.</summary>
    public async Task<Html?> PageAsync(HttpContext context, string id, Html notice)
    {
        if (await views.ReadAsync(id, null, context.RequestAborted) is not { } view)
        {
            return null;
        }

        var (visitor, host, cancelled) = (Visitor.Of(context), view.Host, context.RequestAborted);
        // What waits for a decision is decided before all else is read.
        var isPending = host.State == HostState.Pending;
        var events = await watch.ReadHostHistoryAsync(host.Id, long.MaxValue, EventsShown, cancelled);
        var verdicts = await store.ReadVerdictsAsync(host.Id, long.MaxValue, VerdictsShown, cancelled);
        var vms = await hosts.ReadVmsAsync(host.Id, cancelled);
        var request = await hosts.ReadRequestAsync(host.Id, cancelled);
        return Layout.Of(visitor, host.Name, "/dashboard", $"""
            {Parts.Trail(("/dashboard", "Fleet"))}
            <div class="heading"><h1>{host.Name}</h1><p class="dim"><span class="sr">Id: </span>{Parts.Digest(host.Id)}</p></div>
            {notice}
            {HostParts.Banner(view.Status, visitor, Lead(view))}
            <section aria-labelledby="why" data-live="why"><h2 id="why">Why</h2>{Why(view)}</section>
            {(isPending ? forms.Of(visitor, view) : Html.Empty)}
            <div class="columns">
            <section aria-labelledby="vms"><h2 id="vms">VMs that run</h2>{Vms(view, vms)}</section>
            <section aria-labelledby="facts"><h2 id="facts">In force</h2>{Facts(view, visitor)}</section>
            </div>
            <section aria-labelledby="timeline" data-live="timeline"><h2 id="timeline">Timeline</h2>
            {Timeline.Strip(host.Id, verdicts)}
            {Timeline.States(events)}
            <p><a href="{Routes.History(host.Id)}">All changes and verdicts</a></p></section>
            <section aria-labelledby="pcrs" data-live="pcrs"><h2 id="pcrs">PCRs</h2>{PcrTable.Of(view)}
            <p><a href="{Routes.Host(host.Id)}/log">The log that they rest on, record by record</a></p></section>
            <section aria-labelledby="identity"><h2 id="identity">TPM</h2>{HostParts.Identity(host, request, trust)}</section>
            {(isPending ? Html.Empty : forms.Of(visitor, view))}
            """);
    }

    private static Html Lead(HostView view) => view.Host.State == HostState.Revoked && view.Host.Reason is { } reason ? $"""<p>Revoked because: {reason}</p>"""
        : view.Verdict is null ? Html.Empty
        : (Html)$"""<p><a href="{Routes.Verdict(view.Host.Id)}">The last verdict, explained</a></p>""";

    private static Html Why(HostView view)
    {
        var against = FindingParts.Against(view.Part?.Findings);
        if (against.Count > 0)
        {
            return FindingParts.List(against, view.Host.Id);
        }

        return view.Status.State == WatchState.Trusted
            ? $"""<p class="fine">{Icons.Trusted}<span>Nothing speaks against this host: its TPM signed what its logs say, and everything in them is known good.</span></p>"""
            : (Html)$"""<p>{Words.Capital(string.Join(", ", view.Status.Causes.Select(Words.OfCause)))}.</p>""";
    }

    private static Html Vms(HostView view, IReadOnlyList<VmPlace> vms) => vms.Count == 0
        ? Parts.Nothing("No VM runs.", $"As far as the host's last evidence says.")
        : Parts.Table("VMs that run", Parts.Heads("Verdict", "VM", "Label"), vms.Select(vm => (Html)$"""
            <tr><td>{(view.PartOf(vm.Uuid) is { } part ? Parts.Badge(part.Status) : Parts.Badge(WatchState.Enrolled, "none"))}</td><th scope="row"><a href="{Routes.Vm(view.Host.Id, vm.Uuid.ToString("D"))}">{vm.Name}</a></th><td>{vm.Label}</td></tr>
            """));

    private Html Facts(HostView view, Visitor visitor)
    {
        var (host, proven) = (view.Host, view.Memory?.Proven);
        var rules = policies.Of(host.PolicyGroup);
        return Parts.Facts(
            ("Group", $"{host.PolicyGroup}"),
            ("Appraisal policy", rules.Policy is { } policy ? (Html)$"""<a href="/dashboard/policies/{Uri.EscapeDataString(policy.Group)}">{policy.Name}</a>, version {rules.Version}""" : $"built-in rules"),
            ("Isolation policy", proven?.Policy is { } isolation ? (Html)$"{$"{isolation.Name} {isolation.Version}".Trim()} ({isolation.Module}, {(isolation.Enforcing ? "enforcing" : "not enforcing")})" : $"""<span class="dim">not proven</span>"""),
            ("Hypervisor", proven?.Hypervisor is { } hypervisor ? (Html)$"{hypervisor.Kind} {hypervisor.Version}" : $"""<span class="dim">not proven</span>"""),
            ("Agent", proven?.Agent is { } agent ? (Html)$"{agent.AgentVersion}, gate {(agent.Gate == GateMode.Enforce ? "enforces" : "observes")}" : null),
            ("Connected", live.IsConnected(host.Id) ? (Html)$"yes, to this verifier" : $"not to this verifier"),
            ("Heard", Parts.Ago(view.Status.Heard, visitor.Now)),
            ("Next deadline", view.Status.Due is { } due ? Parts.Ago(due, visitor.Now) : null),
            ("Enrolled", Parts.Ago(host.EnrolledAt, visitor.Now)),
            ("Boot", host.Boot is { } boot ? (Html)$"<code>{boot}</code>" : null));
    }

    private const int EventsShown = 6;
    private const int VerdictsShown = 48;
}
