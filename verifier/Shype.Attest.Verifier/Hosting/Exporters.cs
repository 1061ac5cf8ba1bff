using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Connections.Features;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Api;
using Shype.Attest.Verifier.Watch;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>How what is counted and traced leaves the program: Prometheus reads it at <c>/metrics</c>, OTLP sends it where that is configured.</summary>
internal static class Exporters
{
    /// <summary>The address of the metrics.</summary>
    public const string Path = "/metrics";

    /// <summary>The key of a connection that came to the address for metrics alone.</summary>
    public const string Mark = "shype-metrics";

    /// <summary>Sets OpenTelemetry up.</summary>
    public static void Add(IServiceCollection services, VerifierOptions options)
    {
        services.AddHostedService<Gauges>();
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("shype-verifier"));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(Telemetry.Name, WatchMeter.Name, "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel");
            metrics.AddView(ViewOf);
            // Which meter an instrument belongs to and where the process runs are the scraper's labels, not ours.
            metrics.AddPrometheusExporter(prometheus => (prometheus.ScopeInfoEnabled, prometheus.TargetInfoEnabled) = (false, false));
            if (options.OtlpEndpoint.Length > 0)
            {
                metrics.AddOtlpExporter(exporter => Address(exporter, options, "v1/metrics"));
            }
        });
        if (options.OtlpEndpoint.Length > 0)
        {
            // By the trace's own id alone: what a stranger's traceparent says of sampling is not ours.
            telemetry.WithTracing(traces => traces.AddSource(Telemetry.Name, "Microsoft.AspNetCore")
                .SetSampler(new TraceIdRatioBasedSampler(options.TracePercent / 100.0))
                .AddOtlpExporter(exporter => Address(exporter, options, "v1/traces")));
        }
    }

    /// <summary>On the address for metrics nothing else is served; on the main one a viewer reads them.</summary>
    public static void MapMetrics(this WebApplication app) => app.MapPrometheusScrapingEndpoint(Path).RequireAuthorization(Roles.Viewer);

    /// <summary>Answers what comes to the address for metrics; before routing, so that no other route is there.</summary>
    public static void UseMetricsAddress(this WebApplication app) => app.MapWhen(IsForMetrics, only =>
    {
        only.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Request.Path == Path && HttpMethods.IsGet(context.Request.Method));
        only.Run(HealthApi.AnswerStrangerAsync);
    });

    // Room is taken for every series that there may be, 2,000 of each instrument if nothing is said.
    private static MetricStreamConfiguration ViewOf(Instrument instrument) => new()
    {
        CardinalityLimit = instrument.Name == "http.server.request.duration" ? MaxRequestSeries : MaxSeries,
        // Where it listens, and by which protocol, is said to nobody.
        TagKeys = instrument.Meter.Name == "Microsoft.AspNetCore.Server.Kestrel" ? ["error.type"] : null,
    };

    private static bool IsForMetrics(HttpContext context) => context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(Mark) == true;

    private static void Address(OtlpExporterOptions exporter, VerifierOptions options, string path)
    {
        var isGrpc = options.OtlpProtocol == "grpc";
        exporter.Protocol = isGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        // Set in code, the address is taken as it is: the SDK adds the path of a signal only to what the environment says.
        exporter.Endpoint = isGrpc ? new Uri(options.OtlpEndpoint) : new Uri(options.OtlpEndpoint.TrimEnd('/') + "/" + path);
    }

    // Each route, method and status; and more than there are codes of findings.
    private const int MaxRequestSeries = 2000;
    private const int MaxSeries = 200;
}
