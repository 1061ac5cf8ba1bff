using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Commands;

/// <summary>What commands say: results to standard output, everything else to standard error, control characters to neither.</summary>
internal sealed class Output(TextWriter results, TextWriter progress, bool json, bool isTerminal) : IProgress<MeasuringProgress>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MeasuringProgress> _running = new(StringComparer.Ordinal);
    private int _width;

    public bool IsJson => json;

    /// <summary>The result, as text or as JSON.</summary>
    public void Result<T>(T report, JsonTypeInfo<T> type, Func<T, string> text) =>
        results.WriteLine(json ? JsonSerializer.Serialize(report, type) : Safe(text(report)));

    /// <summary>A sentence about what goes on.</summary>
    public void Say(string sentence) => progress.WriteLine(Safe(sentence));

    /// <summary>Why it ended badly.</summary>
    public void Error(string sentence)
    {
        progress.WriteLine("shype-agent: " + Safe(sentence));
        if (json)
        {
            results.WriteLine(JsonSerializer.Serialize(new ErrorReport(sentence), AgentJson.Default.ErrorReport));
        }
    }

    /// <summary>Progress of long work: one line of a terminal, which goes away when the work is done; nothing where no person looks.</summary>
    public void Report(MeasuringProgress value)
    {
        if (!isTerminal || value.Total < Step)
        {
            return;
        }

        // Files are measured beside each other.
        lock (_lock)
        {
            var shown = _running.TryGetValue(value.File, out var before) ? before.Done : 0;
            if (value.Done < value.Total && value.Done >= shown && value.Done - shown < Step)
            {
                return;
            }

            _running[value.File] = value;
            if (value.Done == value.Total)
            {
                _running.Remove(value.File);
            }

            var line = _running.Count == 0 ? "" : $"measuring {_running.Count} files: {_running.Values.Sum(file => file.Done) >> 20} of {_running.Values.Sum(file => file.Total) >> 20} MiB";
            progress.Write("\r" + line.PadRight(_width) + (line.Length == 0 ? "\r" : ""));
            _width = line.Length;
        }
    }

    // Lines are ours; whatever else moves a cursor came in with a name.
    private static string Safe(string text) => string.Join('\n', text.Split('\n').Select(Line));

    private static string Line(string line) => TextRules.IndexOfForbidden(line) < 0 ? line : TextRules.Escape(line);

    private const long Step = 64L << 20;
}
