using System.CommandLine;
using Shype.Attest.TpmSim.Control;

namespace Shype.Attest.TpmSim.Cli;

/// <summary><c>reboot</c>, <c>power-cut</c> and <c>suspend</c>: what a running host can be told.</summary>
internal static class PowerCommands
{
    public static IEnumerable<Command> All() =>
    [
        Power(ControlSocket.Reboot, "Shuts the running host down in order and boots it again"),
        Power(ControlSocket.PowerCut, "Takes the running host's power away without warning, and boots it again"),
        Power(ControlSocket.Suspend, "Suspends the running host to memory and resumes it"),
    ];

    private static Command Power(string verb, string description)
    {
        var folder = CommonOptions.TpmFolder();
        var command = new Command(verb, description) { folder };
        command.SetAction(parsed =>
        {
            var answer = ControlClient.Send(parsed.GetRequiredValue(folder), verb);
            return Report.Write(
                parsed.GetValue(CommonOptions.Json),
                new PowerReport(answer.Done ?? verb, answer.BootId ?? ""),
                ReportJson.Default.PowerReport,
                report => $"{report.Done} done, boot id {report.BootId}");
        });
        return command;
    }
}
