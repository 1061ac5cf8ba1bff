using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Dashboard.Markup;

namespace Shype.Attest.Verifier.Dashboard.Hosts;

/// <summary>A verdict that explains itself: every finding with what was expected and what was found, and what it was all made from.</summary>
internal sealed class VerdictPage(HostViews views)
{
    /// <summary>The page.</summary>
    public async Task<IResult> ShowAsync(HttpContext context, string id, long? number)
    {
        if (await views.ReadAsync(id, number, context.RequestAborted) is not { } view)
        {
            return ErrorPages.Of(StatusCodes.Status404NotFound);
        }

        var visitor = Visitor.Of(context);
        var body = view.Verdict is null ? Parts.Nothing("No verdict yet.", $"The host has not shown evidence.")
            : view.Part is not { } part ? Parts.Nothing("The verifier could not judge this evidence.", $"Its log says why. The evidence is kept.")
            : Explain(view, part, visitor);
        return new PageResult(Layout.Of(visitor, $"Verdict on {view.Host.Name}", "/dashboard", $"""
            {Parts.Trail(("/dashboard", "Fleet"), (Routes.Host(view.Host.Id), view.Host.Name))}
            <div class="heading"><h1>Verdict{(number is { } of ? $" {of}" : "")}</h1>{(view.Verdict is { } verdict ? (Html)$"""<p class="dim">{Parts.At(verdict.Row.At)}</p>""" : Html.Empty)}</div>
            {body}
            """));
    }

    private static Html Explain(HostView view, Submod part, Visitor visitor)
    {
        var against = FindingParts.Against(part.Findings);
        var rest = (part.Findings ?? []).Where(finding => finding.Severity == "information").ToList();
        var text = against.Count == 0 ? "Every check was passed." : $"{Words.Count(against.Count, "check")} did not pass; the most important first.";
        return $"""
            {HostParts.Banner(part.Status, text)}
            {(against.Count == 0 ? Html.Empty : $"""<section aria-labelledby="findings"><h2 id="findings">What did not pass</h2>{FindingParts.List(against, view.Host.Id)}</section>""")}
            {(rest.Count == 0 ? Html.Empty : $"""<section aria-labelledby="also"><h2 id="also">Also seen</h2>{FindingParts.List(rest, view.Host.Id)}</section>""")}
            {Vms(view)}
            <section aria-labelledby="guarantees"><h2 id="guarantees">Guarantees about this host</h2>{HostParts.Guarantees(part.Guarantees, view.Host.Id)}</section>
            <section aria-labelledby="vector"><h2 id="vector">Trustworthiness vector</h2>{HostParts.Vector(part.TrustVector)}</section>
            <section aria-labelledby="boot"><h2 id="boot">Boot</h2>{Boot(part.Boot)}</section>
            <section aria-labelledby="inputs"><h2 id="inputs">Made from</h2>{Inputs(view)}{Download(view, visitor)}</section>
            """;
    }

    private static Html Vms(HostView view)
    {
        var vms = view.Result!.Submods.Values.Where(part => part.Vm is not null).ToList();
        return vms.Count == 0 ? Html.Empty : $"""
            <section aria-labelledby="vms"><h2 id="vms">VMs</h2>
            {Parts.Table("VMs", Parts.Heads("Verdict", "VM", "Label", "What did not pass"), vms.Select(part => Vm(view, part)))}</section>
            """;
    }

    private static Html Vm(HostView view, Submod part)
    {
        var own = FindingParts.Against(part.Findings).Where(finding => !(view.Part?.Findings ?? []).Any(known => known.Code == finding.Code && known.Subject == finding.Subject)).ToList();
        var said = own.Count == 0 ? (Html)$"""<span class="dim">nothing of its own</span>""" : $"{own.Select(finding => (Html)$"<p>{finding.Text}</p>")}";
        return $"""
            <tr><td>{Parts.Badge(part.Status)}</td><th scope="row"><a href="{Routes.Vm(view.Host.Id, part.Vm!.Uuid)}">{part.Vm.Name}</a></th><td>{part.Vm.Label}</td><td>{said}</td></tr>
            """;
    }

    private static Html Boot(ResultBoot? boot) => boot is null ? Parts.Nothing("Nothing is proven about the boot.", $"No firmware log was proven.") : Parts.Facts(
        ("Secure Boot", $"{boot.SecureBoot}"),
        ("Hypervisor is the one that was booted", $"{boot.Link}"),
        ("Boot loaders", boot.Loaders.Count == 0 ? null : (Html)$"{string.Join(", ", boot.Loaders)}"),
        ("Verified by", boot.VerifiedBy.Count == 0 ? null : (Html)$"{boot.VerifiedBy.Select(key => (Html)$"""<span class="line">{Parts.Prose(key)}</span>""")}"),
        ("Images", boot.Images.Count == 0 ? null : (Html)$"{boot.Images.Select(image => (Html)$"""<span class="line">{Parts.Digest(image)}</span>""")}"));

    private static Html Inputs(HostView view)
    {
        var inputs = view.Result!.Inputs;
        return Parts.Facts(
            ("Evidence", Parts.Digest(Convert.ToHexStringLower(view.Verdict!.EvidenceDigest))),
            ("Isolation policy", Parts.Digest(inputs?.Policy)),
            ("Reference values", Parts.Digest(inputs?.References)),
            ("Appraisal policy", inputs?.AppraisalPolicy is { } rules ? Parts.Digest(rules) : $"built-in rules"),
            ("Challenge", inputs?.Challenge is { } nonce ? Parts.Digest(nonce) : $"""<span class="dim">not fresh</span>"""),
            ("Valid until", view.Result.Expires is { } expires ? Parts.At(DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(expires, 0, LatestSecond))) : null));
    }

    // The bundle is of the last verdict, whichever is looked at.
    private static Html Download(HostView view, Visitor visitor) => visitor.IsOperator
        ? $"""<p><a class="button" href="{Routes.Host(view.Host.Id)}/bundle" download>Download the bundle of the last verdict</a> <span class="dim">Everything that it was made from, to be checked again offline: <code>shype verify</code></span></p>"""
        : (Html)$"""<p class="dim">An operator can download the bundle, which has all of it.</p>""";

    private const long LatestSecond = 253_402_300_799;
}
