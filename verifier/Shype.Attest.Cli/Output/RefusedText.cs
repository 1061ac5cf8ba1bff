using Shype.Attest.Protocol;
using Spectre.Console;

namespace Shype.Attest.Cli.Output;

/// <summary>Refused TPMs, for a person or a program.</summary>
internal sealed class RefusedText(Report report)
{
    /// <summary>Writes them.</summary>
    public void Write(RefusedHostList list)
    {
        if (report.Json)
        {
            report.WriteIndented(list, ProtocolJson.Default.RefusedHostList);
            return;
        }

        if (list.Hosts.Count == 0)
        {
            new Page(report).Line(0, "no TPM was refused");
            return;
        }

        new Page(report).Table(0, ["when", "id", "why"], list.Hosts.Select(IReadOnlyList<(string, Style?)> (host) =>
            [(Page.Moment(host.At), null), (host.HostId, Styles.Strong), (host.Detail, null)]));
    }
}
