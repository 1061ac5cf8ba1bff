using System.CommandLine;
using Shype.Attest.Cli.Input;
using Shype.Attest.Cli.Output;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.EventLogs;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype log</c>: measurement logs of any origin.</summary>
public static class LogCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("log", "Read measurement logs; no server is needed.")
    {
        Show(surroundings),
    };

    private static Command Show(Surroundings surroundings)
    {
        var file = new Argument<string>("FILE") { Description = "The log; - is standard input" };
        var json = JsonOption.Create();
        var show = new Command(
            "show",
            """
            Show a log's events and the PCR values that they add up to.

            Reads firmware event logs: crypto-agile (TPM 2.0), SHA-1 (TPM 1.2) and CCEL. A log proves nothing by itself: compare the PCRs with a quote.
            Exit code 0: the log was read, with or without findings. 1: it is malformed; the message names the member and the byte.

            Examples:
              shype log show /sys/kernel/security/tpm0/binary_bios_measurements
              ssh host cat /sys/kernel/security/tpm0/binary_bios_measurements | shype log show - --json
            """)
        { file, json };
        show.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var path = parsed.GetRequiredValue(file);
            var bytes = await InputFile.ReadAsync(surroundings, path, MeasurementLimits.MaxFirmwareLogBytes, cancellationToken);
            if (!EventLogReport.TryCreate(bytes, out var log, out var problem))
            {
                return report.Fail(ExitCode.Refused, $"{path}: {problem}");
            }

            report.Line(report.Json ? log.ToJson() : log.ToText().TrimEnd('\n'));
            return (int)ExitCode.Yes;
        });
        return show;
    }
}
