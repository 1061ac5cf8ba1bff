using System.Buffers;
using System.CommandLine;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.LogFiles;

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
            Show what a log proves, its events, and the PCR values that they add up to.

            Reads firmware event logs (crypto-agile of TPM 2.0, SHA-1 of TPM 1.2, CCEL) and the log of shype-agent. Of a firmware log only what digests
            cover becomes a claim: Secure Boot, boot loader, what was loaded, command lines (docs/boot-chain.md). A log proves nothing by itself:
            compare the PCRs with a quote.
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
            return ShowLog(report, InputFile.NameOf(path), await InputFile.ReadAsync(surroundings, path, MaxBytes, cancellationToken));
        });
        return show;
    }

    private static int ShowLog(Report report, string name, byte[] bytes)
    {
        var isAgentLog = AgentLogReport.IsAgentLog(bytes);
        if (isAgentLog ? AgentLogReport.TryCreate(bytes, out var log, out var problem) : EventLogReport.TryCreate(bytes, out log, out problem))
        {
            report.Line(report.Json ? log!.ToJson() : log!.ToText().TrimEnd('\n'));
            return (int)ExitCode.Yes;
        }

        if (report.Json)
        {
            report.Line(EventLogReport.Malformed(problem!).ToJson());
        }

        report.Complain($"{name}: {problem}{(isAgentLog ? "" : Guess(bytes))}");
        return (int)ExitCode.Refused;
    }

    // What people hand over instead of the binary log; said only once it is clear that the bytes are none.
    private static string Guess(ReadOnlySpan<byte> bytes) => bytes switch
    {
        _ when bytes.IndexOf("ima-"u8) is > 0 and < 64 => " (this looks like the kernel's IMA list, not a firmware log)",
        [0x1f, 0x8b, ..] => " (this looks like gzip: unpack it first)",
        [] => "",
        _ when !bytes[..Math.Min(bytes.Length, 256)].ContainsAnyExcept(Printable) => " (this is text: the binary log is needed, binary_bios_measurements)",
        _ => "",
    };

    private static readonly SearchValues<byte> Printable = SearchValues.Create([.. "\t\n\r"u8, .. Enumerable.Range(' ', 95).Select(c => (byte)c)]);

    // The agent's log may be larger; what is shown to a person need not be.
    private const int MaxBytes = 64 * 1024 * 1024;
}
