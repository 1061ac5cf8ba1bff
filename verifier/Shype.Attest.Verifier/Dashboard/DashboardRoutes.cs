using Microsoft.AspNetCore.Authentication;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Api;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Dashboard.Fleet;
using Shype.Attest.Verifier.Dashboard.Hosts;
using Shype.Attest.Verifier.Dashboard.Lists;
using Shype.Attest.Verifier.Dashboard.SignIn;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Dashboard;

/// <summary>The pages that people look at (docs/dashboard.md): made here, whole, and of use without any script.</summary>
internal static class DashboardRoutes
{
    /// <summary>What the pages need.</summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services)
    {
        new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, SessionHandler>(SessionHandler.Scheme, null);
        return services.AddSingleton<DashboardSessions>().AddSingleton<FleetQuery>().AddSingleton<HostViews>().AddSingleton<HostForms>().AddSingleton<HostPage>().AddSingleton<LogPage>()
            .AddSingleton<VerdictPage>().AddSingleton<VmPage>().AddSingleton<IsolationPicture>().AddSingleton<ApprovalsPage>().AddSingleton<ReferencesPage>()
            .AddSingleton<PoliciesPage>().AddSingleton<TrustPage>().AddSingleton<AuditPage>();
    }

    /// <summary>The routes.</summary>
    public static void MapDashboard(this IEndpointRouteBuilder app)
    {
        // Pages are for people, and no part of the interface that programs are promised.
        var routes = app.MapGroup("").ExcludeFromDescription();
        routes.MapSignIn();
        routes.MapAssets();
        var pages = routes.MapGroup("/dashboard").RequireAuthorization(Roles.DashboardViewer);
        pages.MapGet("/", FleetPage.ShowAsync);
        pages.MapGet("/changes", LastChangeAsync);
        MapHosts(pages.MapGroup("/hosts/{id}"));
        pages.MapGet("/approvals", (HttpContext context, string? after, ApprovalsPage page) => page.ShowAsync(context, after));
        pages.MapGet("/references", (HttpContext context, ReferencesPage page) => page.ShowAsync(context));
        pages.MapGet("/policies", (HttpContext context, PoliciesPage page) => page.ListAsync(context));
        pages.MapGet("/policies/{group}", (HttpContext context, string group, long? version, PoliciesPage page) => page.ShowAsync(context, group, version));
        pages.MapGet("/trust", (HttpContext context, TrustPage page) => page.Show(context));
        pages.MapGet("/audit", (HttpContext context, long? before, string? subject, AuditPage page) => page.ShowAsync(context, before, subject));
        pages.MapGet("/audit/check", (HttpContext context, AuditPage page) => page.CheckAsync(context)).DisableRequestTimeout();
        pages.MapGet("/{**path}", () => ErrorPages.Of(StatusCodes.Status404NotFound));
    }

    private static void MapHosts(RouteGroupBuilder host)
    {
        host.MapGet("/", (HttpContext context, string id, string? done, HostPage page) => page.ShowAsync(context, id, done));
        host.MapGet("/history", HistoryPage.ShowAsync);
        host.MapGet("/log", (HttpContext context, string id, long? from, LogPage page) => page.ShowAsync(context, id, from));
        host.MapGet("/verdict", (HttpContext context, string id, long? number, VerdictPage page) => page.ShowAsync(context, id, number));
        host.MapGet("/isolation.svg", (HttpContext context, string id, IsolationPicture picture) => picture.ShowAsync(context, id));
        host.MapGet("/vms/{uuid:guid}", (HttpContext context, string id, Guid uuid, VmPage page) => page.ShowAsync(context, id, uuid));
        host.MapGet("/bundle", BundleAsync).RequireAuthorization(Roles.DashboardOperator);
        host.MapPost("/approve", HostForms.ApproveAsync).RequireAuthorization(Roles.DashboardOperator);
        host.MapPost("/revoke", HostForms.RevokeAsync).RequireAuthorization(Roles.DashboardOperator);
    }

    // What the script asks now and then: one number, and the page again only where it grew.
    private static async Task<IResult> LastChangeAsync(HttpContext context, IWatchStore watch) =>
        Microsoft.AspNetCore.Http.Results.Text($"{await watch.ReadLastHostEventAsync(context.RequestAborted)}\n");

    private static async Task<IResult> BundleAsync(HttpContext context, string id, HostDirectory hosts, Bundles bundles)
    {
        if (hosts.Find(id) is not { } host)
        {
            return ErrorPages.Of(StatusCodes.Status404NotFound);
        }

        var (bundle, problem) = await bundles.OfAsync(host, context.RequestAborted);
        if (bundle is null)
        {
            return ErrorPages.Of(StatusCodes.Status404NotFound, problem);
        }

        // The id, not the name: nothing that a host says gets into a header.
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{host.Record.Id}.bundle\"";
        return Answers.Bytes(bundle, MediaTypes.Bundle);
    }
}
