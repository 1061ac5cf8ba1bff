using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Commands;

/// <summary>What commands say: results to standard output, everything else to standard error, control characters to neither.</summary>
internal sealed class Output(TextWriter results, TextWriter progress, bool json) : IProgress<MeasuringProgress>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _shown = new(StringComparer.Ordinal);

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

    /// <summary>Progress of long work: a line for each quarter GiB.</summary>
    public void Report(MeasuringProgress value)
    {
        if (value.Total < Step)
        {
            return;
        }

        // Files are measured beside each other.
        lock (_lock)
        {
            var shown = _shown.GetValueOrDefault(value.File);
            if (value.Done - shown >= Step || value.Done < shown || value.Done == value.Total)
            {
                _shown[value.File] = value.Done == value.Total ? 0 : value.Done;
                Say($"measuring {value.File}: {value.Done >> 20} of {value.Total >> 20} MiB");
            }
        }
    }

    // Lines are ours; whatever else moves a cursor came in with a name.
    private static string Safe(string text) => string.Join('\n', text.Split('\n').Select(Line));

    private static string Line(string line) => TextRules.IndexOfForbidden(line) < 0 ? line : TextRules.Escape(line);

    private const long Step = 256L << 20;
}
