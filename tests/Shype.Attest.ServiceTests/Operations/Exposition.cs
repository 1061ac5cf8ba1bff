using System.Globalization;
using System.Text.RegularExpressions;

namespace Shype.Attest.ServiceTests.Operations;

/// <summary>Reads Prometheus' text format 0.0.4 and refuses what a scraper might, or what would mean something else than it says.</summary>
internal sealed partial class Exposition
{
    private readonly List<Sample> _samples = [];
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);

    /// <summary>One line.</summary>
    internal sealed record Sample(string Name, string Family, string Labels, double Value)
    {
        public IEnumerable<(string Name, string Value)> Pairs => LabelForm().Matches(Labels).Select(match => (match.Groups[1].Value, match.Groups[2].Value));
    }

    public IReadOnlyList<Sample> Samples => _samples;

    /// <summary>The families with their types.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    /// <summary>Every name that a query may use.</summary>
    public IReadOnlySet<string> Names => _samples.Select(sample => sample.Name).Concat(_types.Keys).ToHashSet();

    public static Exposition Parse(string text)
    {
        var read = new Exposition();
        if (!text.EndsWith('\n'))
        {
            throw new FormatException("the last line has no end");
        }

        var lines = text[..^1].Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            try
            {
                read.Line(lines[i]);
            }
            catch (FormatException wrong)
            {
                throw new FormatException($"line {i + 1}: {wrong.Message}: {lines[i]}");
            }
        }

        read.CheckSeries();
        read.CheckHistograms();
        return read;
    }

    private void Line(string line)
    {
        if (line is "# EOF")
        {
            return;
        }

        if (CommentForm().Match(line) is { Success: true } comment)
        {
            var (kind, family) = (comment.Groups[1].Value, comment.Groups[2].Value);
            if (kind == "TYPE" && (!_types.TryAdd(family, comment.Groups[3].Value) || comment.Groups[3].Value is not ("counter" or "gauge" or "histogram" or "summary" or "untyped")))
            {
                throw new FormatException("the type is given twice or is none");
            }

            return;
        }

        var sample = SampleForm().Match(line);
        if (!sample.Success)
        {
            throw new FormatException("is neither comment nor sample");
        }

        var labels = sample.Groups[3].Value;
        if (labels.Length > 0 && !LabelsForm().IsMatch(labels))
        {
            throw new FormatException("the labels are malformed");
        }

        var name = sample.Groups[1].Value;
        // In the format's own words: a family's lines stand together, behind its type.
        var last = _types.Keys.LastOrDefault() ?? throw new FormatException("no type stands before it");
        if (name != last && !(_types[last] == "histogram" && name.StartsWith(last, StringComparison.Ordinal) && name[last.Length..] is "_bucket" or "_sum" or "_count"))
        {
            throw new FormatException($"does not belong to {last}");
        }

        var value = sample.Groups[4].Value switch { "+Inf" => double.PositiveInfinity, "-Inf" => double.NegativeInfinity, var number => double.Parse(number, CultureInfo.InvariantCulture) };
        if (_types[last] == "counter" && value < 0)
        {
            throw new FormatException("a counter is negative");
        }

        _samples.Add(new Sample(name, last, labels, value));
    }

    private void CheckSeries()
    {
        if (_samples.GroupBy(sample => (sample.Name, sample.Labels)).FirstOrDefault(series => series.Count() > 1) is { } twice)
        {
            throw new FormatException($"{twice.Key.Name}{{{twice.Key.Labels}}} is there twice");
        }
    }

    private void CheckHistograms()
    {
        foreach (var series in _samples.Where(sample => sample.Name == sample.Family + "_bucket").GroupBy(sample => (sample.Family, Labels: Bound().Replace(sample.Labels, "").TrimEnd(','))))
        {
            var counts = series.Select(bucket => bucket.Value).ToList();
            var total = _samples.Single(sample => sample.Name == series.Key.Family + "_count" && sample.Labels == series.Key.Labels).Value;
            if (!counts.SequenceEqual(counts.Order()) || counts[^1] != total || !series.Last().Labels.Contains("le=\"+Inf\"", StringComparison.Ordinal))
            {
                throw new FormatException($"{series.Key.Family}: the buckets do not add up");
            }
        }
    }

    [GeneratedRegex(@"^# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$")]
    private static partial Regex CommentForm();

    [GeneratedRegex(@"^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? ([^ ]+)( -?[0-9]+)?$")]
    private static partial Regex SampleForm();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)""")]
    private static partial Regex LabelForm();

    [GeneratedRegex("""^(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,|$))+$""")]
    private static partial Regex LabelsForm();

    [GeneratedRegex("""le="[^"]*"$""")]
    private static partial Regex Bound();
}
