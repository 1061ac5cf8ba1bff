using System.CommandLine;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype ima</c>: the list of files that a Linux kernel measured.</summary>
public static class ImaCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("ima", "Read IMA measurement lists; no server is needed.")
    {
        Show(surroundings),
    };

    private static Command Show(Surroundings surroundings)
    {
        var file = new Argument<string>("FILE") { Description = "The list, binary or ascii; - is standard input" };
        var keys = new Option<string[]>("--keys") { Description = "Certificates or public keys (PEM, DER) that file signatures are checked with", HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
        var pcr10 = new Option<string?>("--pcr10") { Description = "A quoted value of PCR 10: says how many entries it covers", HelpName = "HEX" };
        var bank = new Option<string>("--bank") { Description = "The bank of that value", HelpName = "ALG", DefaultValueFactory = _ => "sha256" };
        var bootLog = new Option<string?>("--boot-log") { Description = "The firmware's event log of the same boot: checks the boot_aggregate", HelpName = "FILE" };
        var json = JsonOption.Create();
        var show = new Command(
            "show",
            """
            Show what a kernel measured, and the values of PCR 10 that it adds up to.

            Reads binary_runtime_measurements and ascii_runtime_measurements. Every entry's hash is computed anew from its content. A list proves
            nothing by itself: compare PCR 10 with a quote, or name the quoted value.
            Exit code 0: the list was read, and no finding speaks against it. 1: it is malformed, was edited, does not reach the quoted value, is of
            another boot, or a signature does not verify.

            Examples:
              shype ima show /sys/kernel/security/ima/binary_runtime_measurements
              shype ima show list.bin --pcr10 0ad1...e4 --bank sha256 --boot-log event.log --keys ima.pem
            """)
        { file, keys, pcr10, bank, bootLog, json };
        show.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var path = parsed.GetRequiredValue(file);
            var bytes = await InputFile.ReadAsync(surroundings, path, MaxBytes, cancellationToken);
            var keyFiles = parsed.GetValue(keys) ?? [];
            var questions = new ImaQuestions
            {
                CheckSignatures = keyFiles.Length > 0,
                Keys = await ReadKeysAsync(surroundings, keyFiles, cancellationToken),
                BootPcrs = parsed.GetValue(bootLog) is { } log ? ReadBootLog(log, await InputFile.ReadAsync(surroundings, log, MeasurementLimits.MaxFirmwareLogBytes, cancellationToken)) : [],
                Quoted = parsed.GetValue(pcr10) is { } hex ? ReadQuoted(hex, parsed.GetRequiredValue(bank)) : null,
            };
            return ShowList(report, InputFile.NameOf(path), bytes, questions);
        });
        return show;
    }

    private static int ShowList(Report report, string name, byte[] bytes, ImaQuestions questions)
    {
        if (!ImaList.TryRead(bytes, questions, out var list, out var problem))
        {
            if (report.Json)
            {
                report.Write(ImaReport.Malformed(problem), CliJson.Default.ImaReport);
            }

            report.Complain($"{name}: {problem}");
            return (int)ExitCode.Refused;
        }

        if (report.Json)
        {
            report.Write(ImaReport.Of(list), CliJson.Default.ImaReport);
        }
        else
        {
            new ImaText(report).Write(list, questions.Quoted is not null);
        }

        return (int)(list.IsRefused ? ExitCode.Refused : ExitCode.Yes);
    }

    private static async Task<IReadOnlyList<ImaKey>> ReadKeysAsync(Surroundings surroundings, string[] files, CancellationToken cancellationToken)
    {
        var keys = new List<ImaKey>();
        foreach (var file in files)
        {
            keys.AddRange(ImaKey.TryRead(await InputFile.ReadAsync(surroundings, file, MeasurementLimits.MaxImaKeyBytes, cancellationToken), out var read, out var problem)
                ? read
                : throw CommandException.Unusable($"--keys: {InputFile.NameOf(file)} {problem}"));
        }

        return keys.Count <= MeasurementLimits.MaxImaKeys ? keys : throw CommandException.Unusable($"--keys: {keys.Count} keys, {MeasurementLimits.MaxImaKeys} are allowed");
    }

    private static (AlgorithmId Bank, ReadOnlyMemory<byte> Value) ReadQuoted(string hex, string bank)
    {
        if (!HashAlgorithms.TryParseText(bank, out var algorithm) || !ImaList.Banks.Contains(algorithm))
        {
            throw CommandException.Unusable($"--bank: '{bank}' is none of {string.Join(", ", ImaList.Banks.Select(known => known.ToText()))}");
        }

        var value = HexText.Parse("--pcr10", hex);
        return value.Length == algorithm.DigestSize()
            ? (algorithm, value)
            : throw CommandException.Unusable($"--pcr10: has {value.Length} bytes, a PCR of {bank} has {algorithm.DigestSize()}");
    }

    private static IReadOnlyList<PcrBank> ReadBootLog(string path, byte[] bytes) =>
        TcgEventLog.TryParse(bytes, out var log, out var problem)
            ? [.. log.Banks.Select(bank => PcrReplay.TryReplay(log, bank.Algorithm, out var replay) && replay.Incomplete.Count == 0 ? replay.Values : null).OfType<PcrBank>()]
            : throw CommandException.Unusable($"--boot-log: {InputFile.NameOf(path)}: {problem}");

    private const int MaxBytes = 256 * 1024 * 1024;
}
