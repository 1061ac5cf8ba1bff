using System.Globalization;
using Shype.Attest.Isolation.Flask;
using Spectre.Console;

namespace Shype.Attest.Cli.Output;

/// <summary>A binary policy of FLASK for a person.</summary>
internal sealed class FlaskText(Report report)
{
    private readonly Page _page = new(report);

    public void Write(FlaskPolicy policy, FlaskCommunication? communication, FlaskProblem? without)
    {
        _page.Line(0, $"binary policy for {(policy.Target == FlaskTarget.Xen ? "Xen" : "SELinux")}, version {policy.Version}, {(policy.IsMls ? "with" : "without")} levels");
        _page.Line(0, policy.UnknownPermissions == UnknownPermissions.Allow
            ? "permissions that it does not know are allowed to everybody"
            : $"permissions that it does not know: {FlaskReport.UnknownName(policy)}");
        foreach (var type in policy.PermissiveTypes)
        {
            _page.Line(0, $"permissive: nothing is denied to {type.Name}");
        }

        _page.Gap();
        _page.Table(0, ["holds", ""], FlaskCounts.Of(policy).Where(count => count.Count > 0).Select(count => Row(count.Name, count.Count.ToString(CultureInfo.InvariantCulture))));
        if (!policy.Booleans.IsEmpty)
        {
            _page.Gap();
            _page.Table(0, ["boolean", "when loaded"], policy.Booleans.OrderBy(boolean => boolean.Name, StringComparer.Ordinal).Select(boolean => Row(boolean.Name, boolean.Default ? "on" : "off")));
        }

        _page.Gap();
        if (communication is null)
        {
            _page.Line(0, $"no communication between domains is listed: {without?.Problem}");
            return;
        }

        var domains = communication.Domains.ToHashSet(StringComparer.Ordinal);
        _page.Table(0, ["from", "to", "by"], communication.Direct.Where(flow => domains.Contains(flow.From) && domains.Contains(flow.To)).Select(flow => Row(flow.From, flow.To, string.Join("; ", flow.Reasons))));
        _page.Line(0, "booleans as loaded; constraints on users may forbid more");
    }

    private static IReadOnlyList<(string Text, Style? Style)> Row(params string[] cells) => [.. cells.Select(cell => (cell, default(Style)))];
}
