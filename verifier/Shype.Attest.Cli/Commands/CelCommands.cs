using System.CommandLine;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype cel</c>: canonical event logs of others.</summary>
public static class CelCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("cel", "Read canonical event logs (TCG CEL) of systemd, Google's COS and others; no server is needed.")
    {
        Show(surroundings),
        Convert(surroundings),
    };

    private static Command Show(Surroundings surroundings)
    {
        var file = new Argument<string>("FILE") { Description = "The log; - is standard input" };
        var json = JsonOption.Create();
        var show = new Command(
            "show",
            """
            Show a log's records, how much of each its digests cover, and the registers that they add up to.

            Reads TLV, JSON, JSON sequences (RFC 7464) and CBOR, and says which. A log proves nothing by itself: compare the PCRs with a quote.
            Exit code 0: the log was read, with or without findings. 1: it is malformed; the message names the record, the byte, and in JSON the line.

            Examples:
              shype cel show /run/log/systemd/tpm2-measure.log
              shype cel show cos.cel --json
            """)
        { file, json };
        show.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var path = parsed.GetRequiredValue(file);
            var bytes = await InputFile.ReadAsync(surroundings, path, MeasurementLimits.MaxCelBytes, cancellationToken);
            if (CanonicalEventLog.TryParse(bytes, out var log, out var problem))
            {
                var said = CelReport.Of(log);
                report.Line(report.Json ? said.ToJson() : said.ToText().TrimEnd('\n'));
                return (int)ExitCode.Yes;
            }

            if (report.Json)
            {
                report.Line(CelReport.Malformed(problem).ToJson());
            }

            report.Complain($"{InputFile.NameOf(path)}: {problem}; firmware logs and the agent's own are shown by 'shype log show'");
            return (int)ExitCode.Refused;
        });
        return show;
    }

    private static Command Convert(Surroundings surroundings)
    {
        var file = new Argument<string>("FILE") { Description = "The log; - is standard input" };
        var to = new Option<string>("--to") { Description = "tlv, json, json-seq or cbor", Required = true };
        to.AcceptOnlyFromAmong("tlv", "json", "json-seq", "cbor");
        var output = new Option<string>("--output", "-o") { Description = "Where the log goes", HelpName = "FILE", Required = true };
        var json = JsonOption.Create();
        var convert = new Command(
            "convert",
            """
            Write a log in another form. Digests and what they cover stay as they are; where a record has no number and the form needs one, its place is taken.

            Exit code 0: it was written. 1: the log is malformed. 2: the form cannot say what is in it.

            Example:
              shype cel convert tpm2-measure.log --to cbor -o tpm2-measure.cbor
            """)
        { file, to, output, json };
        convert.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var (path, target) = (parsed.GetRequiredValue(file), parsed.GetRequiredValue(output));
            var bytes = await InputFile.ReadAsync(surroundings, path, MeasurementLimits.MaxCelBytes, cancellationToken);
            if (!CanonicalEventLog.TryParse(bytes, out var log, out var problem))
            {
                return report.Fail(ExitCode.Refused, $"{InputFile.NameOf(path)}: {problem}");
            }

            var form = parsed.GetRequiredValue(to) switch { "tlv" => CelFormat.Tlv, "json" => CelFormat.Json, "json-seq" => CelFormat.JsonSequence, _ => CelFormat.Cbor };
            byte[] written;
            try
            {
                written = log.Write(form);
            }
            catch (NotSupportedException e)
            {
                throw CommandException.Unusable($"{InputFile.NameOf(path)}: {e.Message}");
            }

            await OutputFile.WriteAsync(target, written, cancellationToken);
            if (report.Json)
            {
                report.Write(new CelConversionReport(target, written.Length, log.Events.Count), CliJson.Default.CelConversionReport);
            }
            else
            {
                new Page(report).Line(0, $"wrote {target}: {written.Length} bytes, {log.Events.Count} records");
            }

            return (int)ExitCode.Yes;
        });
        return convert;
    }
}
