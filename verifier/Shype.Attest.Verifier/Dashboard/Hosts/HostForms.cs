using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Api;
using Shype.Attest.Verifier.Dashboard.Markup;
using Shype.Attest.Verifier.Dashboard.SignIn;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Dashboard.Hosts;

/// <summary>What an operator decides about a host, in forms that say what he decides on.</summary>
internal sealed class HostForms(VerifierOptions options)
{
    /// <summary>What was done, by the word in the address: never a text from there.</summary>
    public static Html Notice(string? done) => done switch
    {
        "approved" => Parts.Notice("good", "Approved. The host may speak now; the audit has your name."),
        "revoked" => Parts.Notice("good", "Revoked. The host may not speak any more; the audit has your name and reason."),
        _ => Html.Empty,
    };

    /// <summary>The section of a host's page; nothing for who may not decide.</summary>
    public Html Of(Visitor visitor, HostView view) => !visitor.IsOperator || view.Host.State == HostState.Revoked ? Html.Empty : $"""
        <section aria-labelledby="decide" class="decide"><h2 id="decide">Decide</h2>
        <div class="columns">{(view.Host.State == HostState.Pending ? Approve(visitor, view.Host) : Html.Empty)}{Revoke(visitor, view.Host)}</div></section>
        """;

    /// <summary>The form that lets a host in.</summary>
    public Html Approve(Visitor visitor, HostRecord host)
    {
        var needs = PinnedKeys.NeedsFingerprint(host.EnrolmentFindings, options);
        var field = !needs ? Html.Empty : (Html)$"""
            <label for="ek-{host.Id}">SHA-256 of its endorsement key, read on the machine itself</label>
            <input id="ek-{host.Id}" name="fingerprint" required maxlength="128" autocomplete="off" spellcheck="false" class="mono" aria-describedby="ek-help-{host.Id}">
            <p id="ek-help-{host.Id}" class="dim">Nobody certified this key. On the machine: <code>shype ek read</code>. Do not copy what stands above: it is what the host says.</p>
            """;
        return $"""
            <form class="card" method="post" action="{Routes.Host(host.Id)}/approve">{Parts.FormToken(visitor)}
            <h3>Approve {host.Name}</h3>
            <p>It will be asked for evidence and judged as a member of the group <strong>{host.PolicyGroup}</strong>.</p>
            {field}
            <button class="primary" type="submit">Approve <span class="sr">{host.Name}</span></button></form>
            """;
    }

    /// <summary>The form that shuts a host out.</summary>
    public static Html Revoke(Visitor visitor, HostRecord host)
    {
        var word = host.State == HostState.Pending ? "Refuse" : "Revoke";
        return $"""
            <form class="card" method="post" action="{Routes.Host(host.Id)}/revoke">{Parts.FormToken(visitor)}
            <h3>{word} {host.Name}</h3>
            <p>It may not speak any more, and no verdict about it or its VMs says yes. This is not taken back.</p>
            <label for="reason-{host.Id}">Reason, which is kept and shown</label>
            <input id="reason-{host.Id}" name="reason" required maxlength="500" autocomplete="off">
            <button class="danger" type="submit">{word} <span class="sr">{host.Name}</span></button></form>
            """;
    }

    /// <summary>An approval that came.</summary>
    public static Task<IResult> ApproveAsync(HttpContext context, string id, HostDecisions decisions, HostPage page) =>
        DecideAsync(context, id, page, "approved", form => decisions.ApproveAsync(context, id, Given(form["fingerprint"])));

    /// <summary>A revocation that came.</summary>
    public static Task<IResult> RevokeAsync(HttpContext context, string id, HostDecisions decisions, HostPage page) =>
        DecideAsync(context, id, page, "revoked", form => decisions.RevokeAsync(context, id, form["reason"].ToString().Trim()));

    private static async Task<IResult> DecideAsync(HttpContext context, string id, HostPage page, string done, Func<IFormCollection, Task<HostDecision>> decide)
    {
        if (await Forms.ReadAsync(context, Cookies.Session) is not { } form)
        {
            return ErrorPages.Of(StatusCodes.Status403Forbidden, "This form did not come from one of our pages, or from a session that is over. Open the page again and send it from there.");
        }

        var decision = await decide(form);
        if (decision.Problem is not { } problem)
        {
            return new SeeOther($"{Routes.Host(decision.Host!.Record.Id)}?done={done}");
        }

        var status = problem.Document.Status ?? StatusCodes.Status400BadRequest;
        return await page.PageAsync(context, id, Parts.Notice("bad", problem.Document.Detail ?? "This was refused.")) is { } again ? new PageResult(again, status) : ErrorPages.Of(status);
    }

    private static string? Given(string? text) => text?.Trim() is { Length: > 0 } given ? given : null;
}
