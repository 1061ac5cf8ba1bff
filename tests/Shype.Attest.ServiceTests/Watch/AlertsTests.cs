using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Shype.Attest.Protocol;
using Shype.Attest.Testing;
using Shype.Attest.Verifier.Watch;
using Shype.Attest.Yaml;
using Xunit;

namespace Shype.Attest.ServiceTests.Watch;

/// <summary>The example of alerts speaks of the metrics and labels that there are.</summary>
public sealed partial class AlertsTests
{
    private static readonly Dictionary<string, string[]> Labels = new(StringComparer.Ordinal)
    {
        ["state"] = [.. Enum.GetValues<WatchState>().Select(state => state.ToString().ToLowerInvariant())],
        ["status"] = [.. Enum.GetValues<TrustTier>().Select(tier => tier.ToString().ToLowerInvariant())],
        ["outcome"] = ["delivered", "failed", "dropped"],
    };

    [Fact]
    public void Every_alert_has_an_expression_over_metrics_that_are_exported_and_a_summary()
    {
        var metrics = Exported();
        var expressions = Rules().Select(rule =>
        {
            Assert.NotEmpty(rule["annotations"].AsMembers()["summary"].AsText());
            Assert.Contains(rule["labels"].AsMembers()["severity"].AsText(), (string[])["info", "warning", "critical"]);
            return rule["expr"].AsText();
        }).ToList();
        Assert.NotEmpty(expressions);
        Assert.Equal(metrics.Order(StringComparer.Ordinal), expressions.SelectMany(text => Metric().Matches(text)).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal));
        foreach (var label in expressions.SelectMany(text => Label().Matches(text)))
        {
            Assert.All(label.Groups[2].Value.Split('|'), value => Assert.Contains(value, Labels[label.Groups[1].Value]));
        }
    }

    [Fact]
    public void Gauges_show_every_state_and_say_that_somebody_looked()
    {
        using var meter = new WatchMeter();
        using var listener = new MeterListener();
        var seen = new Dictionary<string, long>(StringComparer.Ordinal);
        listener.InstrumentPublished = (instrument, of) =>
        {
            if (instrument.Name is "shype.hosts")
            {
                of.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => seen[(string)tags[0].Value!] = Math.Max(value, seen.GetValueOrDefault((string)tags[0].Value!)));
        listener.Start();
        Assert.False(meter.IsWanted);
        listener.RecordObservableInstruments();
        Assert.True(meter.IsWanted);
        meter.Count(new Dictionary<WatchState, long> { [WatchState.Failed] = 41_000_000 }, 3);
        listener.RecordObservableInstruments();
        Assert.Equal(Labels["state"].Order(StringComparer.Ordinal), seen.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(41_000_000, seen["failed"]);
    }

    // As OpenTelemetry's exporter for Prometheus names them.
    private static List<string> Exported()
    {
        using var meter = new WatchMeter();
        WatchMeter.Delivery("delivered", 0);
        using var listener = new MeterListener();
        var names = new HashSet<string>(StringComparer.Ordinal);
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == WatchMeter.Name)
            {
                names.Add(instrument.Name.Replace('.', '_') + (instrument is Counter<long> ? "_total" : ""));
            }
        };
        listener.Start();
        return [.. names];
    }

    private static List<IReadOnlyDictionary<string, YamlNode>> Rules()
    {
        var file = Path.Combine(TestData.Root, "docs", "prometheus", "alerts.yml");
        Assert.True(StrictYaml.TryReadFile(file, map => map.AsMembers()["groups"].AsList(10).SelectMany(group => group.AsMembers()["rules"].AsList(100)).Select(rule => rule.AsMembers()).ToList(),
            out var rules, out var problem), problem?.ToString());
        return rules!;
    }

    [GeneratedRegex("shype_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex("([a-z]+)[=!]~?\"([^\"]*)\"")]
    private static partial Regex Label();
}
