using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Store;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests.Operations;

/// <summary>What leaves the program while the same story is played: metrics, traces and log, from the real program.</summary>
public sealed partial class TelemetryTests(TelemetryTests.Played played) : IClassFixture<TelemetryTests.Played>
{
    [Fact]
    public void Metrics_are_what_a_scraper_reads_and_their_names_and_labels_are_written_down()
    {
        var read = Exposition.Parse(played.Metrics);
        var text = new StringBuilder();
        foreach (var (family, type) in read.Types.OrderBy(type => type.Key, StringComparer.Ordinal).Where(type => type.Key.StartsWith("shype_", StringComparison.Ordinal)))
        {
            var labels = read.Samples.Where(sample => sample.Family == family).SelectMany(sample => sample.Pairs).Select(pair => pair.Name).Distinct().Order(StringComparer.Ordinal);
            text.Append($"{family} {type} {{{string.Join(",", labels)}}}\n");
        }

        Golden.Match("operations", "metrics.txt", text.ToString());
    }

    [Fact]
    public void Metrics_count_what_happened()
    {
        var read = Exposition.Parse(played.Metrics);
        double Value(string name, string label) => read.Samples.Single(sample => sample.Name == name && sample.Labels == label).Value;
        Assert.Equal(1, Value("shype_asks_total", "outcome=\"answered\""));
        Assert.Equal(1, Value("shype_asks_total", "outcome=\"host-not-connected\""));
        Assert.Equal(1, Value("shype_asks_total", "outcome=\"not-found\""));
        Assert.Equal(0, Value("shype_askers_waiting", ""));
        Assert.Equal(1, Value("shype_enrolments_total", "outcome=\"activated\""));
        Assert.Equal(1, Value("shype_enrolments_total", "outcome=\"activation-failed\""));
        Assert.Equal(1, Value("shype_enrolments_total", "outcome=\"enrolment-refused\""));
        Assert.Equal(3, Value("shype_appraisal_duration_seconds_count", ""));
        Assert.Equal(1, Value("shype_findings_total", "code=\"quote-signature-invalid\""));
        Assert.True(Value("shype_archive_written_bytes_total", "") > 1000);
    }

    [Fact]
    public void Labels_are_closed_sets_and_nothing_that_somebody_sent_is_one()
    {
        var read = Exposition.Parse(played.Metrics);
        Assert.DoesNotContain(Story.Name, played.Metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", played.Metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", played.Metrics, StringComparison.Ordinal);
        Assert.All(read.Samples.SelectMany(sample => sample.Pairs), pair => Assert.DoesNotMatch("[0-9a-f]{16}", pair.Value));
        Assert.All(played.Secrets, secret => Assert.DoesNotContain(secret, played.Metrics, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("docs/grafana/shype.json")]
    [InlineData("docs/prometheus/alerts.yml")]
    public void Dashboard_and_alerts_ask_only_for_metrics_that_there_are(string file)
    {
        var path = Path.Combine(TestData.Root, file);
        Assert.SkipUnless(File.Exists(path), file + " is not there");
        var known = Exposition.Parse(played.Metrics).Names;
        var asked = MetricForm().Matches(File.ReadAllText(path)).Select(match => match.Value).Distinct().ToList();
        Assert.NotEmpty(asked);
        Assert.All(asked, name => Assert.Contains(name, known));
    }

    [Fact]
    public void Every_metric_of_ours_is_on_the_dashboard()
    {
        var dashboard = File.ReadAllText(Path.Combine(TestData.Root, "docs", "grafana", "shype.json"));
        Assert.All(
            Exposition.Parse(played.Metrics).Types.Keys.Where(family => family.StartsWith("shype_", StringComparison.Ordinal)), family => Assert.Contains(family, dashboard, StringComparison.Ordinal));
    }

    [Fact]
    public void Traces_name_the_steps_and_routes_and_nothing_that_a_host_said()
    {
        foreach (var span in (string[])["appraise", "ask", "enrol", "challenge", "evidence.decode", "result.sign", "store.keep", "POST /v1/hosts/{id}/evidence", "POST /v1/attest/host/{name}"])
        {
            Assert.Contains(span, played.Traces, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(Story.Name, played.Traces, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", played.Traces, StringComparison.Ordinal);
        Assert.All(played.Secrets, secret => Assert.DoesNotContain(secret, played.Traces, StringComparison.Ordinal));
        Assert.Contains("shype.appraisal.duration", played.SentMetrics, StringComparison.Ordinal);
    }

    [Fact]
    public void R15_no_secret_of_the_story_is_in_the_log_and_every_line_is_one_object()
    {
        Assert.True(played.Secrets.Count > 10);
        Assert.All(played.Secrets, secret => Assert.DoesNotContain(secret, played.Log, StringComparison.Ordinal));
        var lines = played.Log.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.All(lines, line => Assert.True(line.GetProperty("id").GetInt32() > 0));
        Assert.DoesNotContain(lines, line => line.GetProperty("level").GetString() == "critical");
        // The name that wanted to be two lines is one, escaped, under an event of its own.
        var refused = lines.Single(line => line.GetProperty("event").GetString() == "WriteKeysRefused");
        Assert.StartsWith("evil\\", refused.GetProperty("with").GetProperty("name").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', played.Log);
        Assert.Matches("^[0-9a-f]{32}$", refused.GetProperty("trace").GetString());
    }

    [Fact]
    public void The_address_of_the_metrics_serves_metrics_and_health_and_nothing_else()
    {
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK), (played.MetricsAddress["/metrics"], played.MetricsAddress["/healthz"], played.MetricsAddress["/readyz"]));
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.NotFound),
            (played.MetricsAddress["/v1/hosts"], played.MetricsAddress["/.well-known/jwks.json"], played.MetricsAddress["/openapi.json"]));
        Assert.Equal(HttpStatusCode.Unauthorized, played.OnMainAddress);
    }

    [GeneratedRegex(@"\b(?:shype|http_server|kestrel|dotnet)_[a-z0-9_]+")]
    private static partial Regex MetricForm();

    /// <summary>The story, played once.</summary>
    public sealed class Played : IAsyncLifetime
    {
        private readonly ScratchFolder _folder = new();
        private readonly StringBuilder _traces = new(), _metrics = new();

        internal string Metrics { get; private set; } = "";

        internal string Log { get; private set; } = "";

        internal string Traces => _traces.ToString();

        internal string SentMetrics => _metrics.ToString();

        internal IReadOnlyList<string> Secrets { get; private set; } = [];

        internal Dictionary<string, HttpStatusCode> MetricsAddress { get; } = [];

        internal HttpStatusCode OnMainAddress { get; private set; }

        public async ValueTask InitializeAsync()
        {
            await using var collector = await CollectAsync();
            var vendor = new VirtualVendor();
            using var node = new Node(_folder.Path, "", vendor)
            {
                Options = ["--log-format", "json", "--log-level", "debug", "--metrics-listen", "127.0.0.1:0", "--otlp-endpoint", collector.Urls.Single()],
            };
            await node.StartAsync();
            var story = new Story(node, _folder["state"], vendor);
            await story.PlayAsync();
            Secrets = story.Secrets;
            Metrics = await node.Operator.GetStringAsync("/metrics");
            var address = (await node.Process.StandardOutput.ReadLineAsync())!;
            Assert.Matches(@"^metrics http://127\.0\.0\.1:\d+/metrics$", address);
            using var scraper = new HttpClient { BaseAddress = new Uri(address["metrics ".Length..]) };
            foreach (var path in (string[])["/metrics", "/healthz", "/readyz", "/v1/hosts", "/.well-known/jwks.json", "/openapi.json"])
            {
                MetricsAddress[path] = (await scraper.GetAsync(path)).StatusCode;
            }

            OnMainAddress = (await node.Anonymous.GetAsync("/metrics")).StatusCode;
            await Tool.Run(null, "kill", "-TERM", node.Process.Id.ToString(CultureInfo.InvariantCulture));
            await node.Process.WaitForExitAsync();
            Log = await node.Log;
        }

        public ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }

        // Takes what OTLP sends; the names in it stand there as they are.
        private async Task<WebApplication> CollectAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var app = builder.Build();
            app.Urls.Add("http://127.0.0.1:0");
            app.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
            {
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body);
                var text = signal == "traces" ? _traces : _metrics;
                lock (text)
                {
                    text.Append(Encoding.Latin1.GetString(body.ToArray()));
                }
            });
            await app.StartAsync();
            return app;
        }
    }
}
