using Shype.Attest.Isolation.Acm;
using Spectre.Console;

namespace Shype.Attest.Cli.Output;

/// <summary>A policy for a person.</summary>
internal sealed class PolicyText(Report report)
{
    private readonly Page _page = new(report);

    public void Write(AcmPolicy policy)
    {
        _page.Line(0, $"policy {policy.Name} {policy.Version}");
        _page.Line(0, ("canonical digest ", Styles.Quiet), ($"sha256:{Convert.ToHexStringLower(policy.CanonicalDigest.AsSpan())}", null));
        _page.Gap();
        _page.Table(0, ["VM label", "may share through", "counts as"], policy.VmLabels.Select(label => Row(
            label.Name == policy.Bootstrap ? label.Name + " (the host)" : label.Name, List(label.SteTypes), List(label.ChWallTypes))));
        if (!policy.ResourceLabels.IsEmpty)
        {
            _page.Gap();
            _page.Table(0, ["resource label", "for VMs with"], policy.ResourceLabels.Select(label => Row(label.Name, label.SteType)));
        }

        _page.Gap();
        foreach (var set in policy.ConflictSets)
        {
            _page.Line(0, $"conflict set {set.Name}: of {List(set.Types)} one may be running at a time");
        }

        if (policy.ConflictSets.IsEmpty)
        {
            _page.Line(0, "no conflict sets: anything may run together");
        }

        if (!policy.HasTypeEnforcement)
        {
            _page.Line(0, "no Type Enforcement: anything may be shared");
        }
    }

    private static IReadOnlyList<(string Text, Style? Style)> Row(params string[] cells) => [.. cells.Select(cell => (cell, default(Style)))];

    private static string List(IEnumerable<string> types) => string.Join(", ", types) is { Length: > 0 } text ? text : "nothing";
}
