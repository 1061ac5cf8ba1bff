using Shype.Attest.Isolation.Graph;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Dashboard.Markup;

namespace Shype.Attest.Verifier.Dashboard.Hosts;

/// <summary>One VM: its verdict, what is guaranteed about it, who may talk to it, and what it started from.</summary>
internal sealed class VmPage(HostViews views, IsolationPicture picture)
{
    /// <summary>The page.</summary>
    public async Task<IResult> ShowAsync(HttpContext context, string id, Guid uuid)
    {
        if (await views.ReadAsync(id, null, context.RequestAborted) is not { } view)
        {
            return ErrorPages.Of(StatusCodes.Status404NotFound);
        }

        var part = view.PartOf(uuid);
        var started = view.Memory?.Proven?.Vms.FirstOrDefault(vm => vm.Start.Uuid == uuid) ?? default;
        if (part is null && started.Start is null)
        {
            return ErrorPages.Of(StatusCodes.Status404NotFound);
        }

        var visitor = Visitor.Of(context);
        var name = part?.Vm?.Name is { Length: > 0 } said ? said : started.Start?.Name ?? "";
        return new PageResult(Layout.Of(visitor, $"VM {name}", "/dashboard", $"""
            {Parts.Trail(("/dashboard", "Fleet"), (Routes.Host(view.Host.Id), view.Host.Name))}
            <div class="heading"><h1>{name}</h1><p class="dim"><span class="sr">Uuid: </span><code>{uuid.ToString("D")}</code></p></div>
            {Verdict(view, part)}
            <section aria-labelledby="guarantees"><h2 id="guarantees">Guarantees</h2>{HostParts.Guarantees(part?.Guarantees, view.Host.Id)}</section>
            {Isolation(view)}
            <section aria-labelledby="started"><h2 id="started">Started from</h2>{Started(view, part, started.Start, started.Record)}</section>
            """));
    }

    private static Html Verdict(HostView view, Submod? part)
    {
        if (part is null)
        {
            return Parts.Nothing("There is no verdict on this VM.", $"""It runs by the host's log, and the last verdict does not speak of it: <a href="{Routes.Verdict(view.Host.Id)}">the last verdict</a>.""");
        }

        var against = FindingParts.Against(part.Findings);
        var text = against.Count == 0 ? "Its image, its label and the host below it are known good." : $"{Words.Count(against.Count, "check")} did not pass. What speaks against the host speaks against every VM on it.";
        return $"""
            {HostParts.Banner(part.Status, text)}
            {(against.Count == 0 ? Html.Empty : $"""<section aria-labelledby="why"><h2 id="why">Why</h2>{FindingParts.List(against, view.Host.Id)}</section>""")}
            """;
    }

    private Html Isolation(HostView view)
    {
        if (picture.GraphOf(view) is not { } graph)
        {
            return $"""<section aria-labelledby="isolation"><h2 id="isolation">Isolation</h2>{Parts.Nothing("There is no picture.", $"No policy is proven that could be drawn.")}</section>""";
        }

        var words = GraphPicture.Describe(graph);
        return $"""
            <section aria-labelledby="isolation"><h2 id="isolation">Isolation</h2>
            <figure><div class="scroll picture" role="group" aria-label="Picture of the isolation" tabindex="0"><img src="{Routes.Host(view.Host.Id)}/isolation.svg" alt="Who may talk to whom under policy {graph.Policy}; the same in words stands below."></div>
            <figcaption><details><summary>The picture in words</summary><p>{words}</p></details></figcaption></figure></section>
            """;
    }

    private static Html Started(HostView view, Submod? part, VmRunContent? start, ulong record) => start is null
        ? Parts.Nothing("Its start is not proven.", $"No proven record of this boot shows that it started.")
        : Parts.Facts(
            ("Runs on", $"""<a href="{Routes.Host(view.Host.Id)}">{view.Host.Name}</a>"""),
            ("Label", start.Label is { } label ? (Html)$"{label}" : part?.Vm?.Label is { Length: > 0 } said ? (Html)$"{said}" : $"""<span class="dim">none</span>"""),
            ("Shown by", $"""<a href="{Routes.Log(view.Host.Id, record)}">record {(long)record} of the log</a>"""),
            ("Configuration", Digest(start.ConfigDigest)),
            ("Kernel", start.KernelDigest is { } kernel ? Digest(kernel) : null),
            ("Initial file system", start.InitrdDigest is { } initrd ? Digest(initrd) : null),
            ("Firmware", start.FirmwareDigest is { } firmware ? Digest(firmware) : null),
            ("Disks", start.Disks.Count == 0 ? null : (Html)$"{start.Disks.Select(Disk)}"),
            ("Image can change", start.Mutable ? (Html)$"yes: what was measured can be another by now" : $"no"));

    private static Html Disk(VmDisk disk) => $"""
        <span class="line">{disk.Name} {(disk.Digest is { } digest ? Digest(digest) : $"""<span class="dim">data, not measured</span>""")}{(disk.ReadOnly ? " read-only" : "")}</span>
        """;

    private static Html Digest(MeasuredDigest digest) => Parts.Digest(digest.ToString());
}
