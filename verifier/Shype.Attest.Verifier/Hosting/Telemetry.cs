using System.Diagnostics;
using System.Diagnostics.Metrics;
using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Api;
using Shype.Attest.Verifier.Attestation;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>
/// What is counted and traced, beside the counts of the watch. Labels are closed sets: states, tiers, codes of findings, types of problems; never a name, an
/// address or anything else that somebody sent. Spans are named here and nowhere else.
/// </summary>
internal static class Telemetry
{
    /// <summary>The name of meters and of the source of spans.</summary>
    public const string Name = "Shype.Attest.Verifier.Service";

    private static readonly ActivitySource Spans = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Findings = Meter.CreateCounter<long>("shype.findings", description: "Findings of hosts' appraisals, by code");
    private static readonly Counter<long> Asks = Meter.CreateCounter<long>("shype.asks", description: "Questions for fresh verdicts, by outcome");
    private static readonly UpDownCounter<long> Waiting = Meter.CreateUpDownCounter<long>("shype.askers.waiting", description: "Questions that wait for their answer");
    private static readonly Counter<long> Enrolments = Meter.CreateCounter<long>("shype.enrolments", description: "Steps of enrolments, by outcome");
    private static readonly Counter<long> Archived = Meter.CreateCounter<long>("shype.archive.written", "By", "Evidence, results and logs that were kept");
    private static readonly Histogram<double> Appraisals = Meter.CreateHistogram("shype.appraisal.duration", "s", "Time to appraise one evidence", advice: Seconds);
    private static readonly Histogram<double> Commits = Meter.CreateHistogram("shype.store.commit.duration", "s", "Time of one transaction of the store's writer", advice: Seconds);
    private static readonly Histogram<long> Batches = Meter.CreateHistogram("shype.store.commit.batch_size", description: "Decisions in one transaction",
        advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] });

    /// <summary>Shows what has not happened yet as 0: a count that begins at 1 has no increase.</summary>
    public static void Begin()
    {
        foreach (var outcome in (string[])["answered", .. Enum.GetValues<AskFailure>().Select(failure => OutcomeOf(Problems.Of(failure), ""))])
        {
            Asks.Add(0, new KeyValuePair<string, object?>("outcome", outcome));
        }

        foreach (var outcome in (string[])["challenged", "activated"])
        {
            Enrolments.Add(0, new KeyValuePair<string, object?>("outcome", outcome));
        }

        Waiting.Add(0);
        Archived.Add(0);
    }

    /// <summary>Appraises and takes the time; the span carries the host's id, which is a hash, and the tier.</summary>
    public static Appraisal.Appraisal Appraise(Evidence evidence, AppraisalContext context)
    {
        using var span = Spans.StartActivity("appraise");
        var start = Stopwatch.GetTimestamp();
        var appraisal = Appraiser.Appraise(evidence, context);
        Appraisals.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
        foreach (var finding in appraisal.Findings)
        {
            Findings.Add(1, new KeyValuePair<string, object?>("code", finding.Kind.Text));
        }

        span?.SetTag("shype.host.id", context.HostId).SetTag("shype.status", Word(appraisal.Host.Status)).SetTag("shype.findings", appraisal.Findings.Count);
        return appraisal;
    }

    /// <summary>A part of the work.</summary>
    public static Activity? Span(TelemetrySpan part) => Spans.StartActivity(part switch
    {
        TelemetrySpan.Challenge => "challenge",
        TelemetrySpan.Decode => "evidence.decode",
        TelemetrySpan.Sign => "result.sign",
        TelemetrySpan.Keep => "store.keep",
        _ => throw new ArgumentOutOfRangeException(nameof(part)),
    });

    /// <summary>Evidence with what was made from it is on the disk.</summary>
    public static void Kept(long bytes) => Archived.Add(bytes);

    /// <summary>One transaction of the writer.</summary>
    public static void Committed(TimeSpan time, int decisions, bool isKept)
    {
        Commits.Record(time.TotalSeconds, new KeyValuePair<string, object?>("outcome", isKept ? "kept" : "failed"));
        Batches.Record(decisions);
    }

    /// <summary>Counts who asks and how it ends; for the routes of relying parties.</summary>
    public static async ValueTask<object?> AskAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        using var span = Spans.StartActivity("ask");
        Waiting.Add(1);
        try
        {
            var answer = await next(context);
            var outcome = OutcomeOf(answer, "answered");
            Asks.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
            span?.SetTag("shype.outcome", outcome);
            return answer;
        }
        finally
        {
            Waiting.Add(-1);
        }
    }

    /// <summary>Counts steps of enrolments.</summary>
    public static async ValueTask<object?> EnrolAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        using var span = Spans.StartActivity("enrol");
        var answer = await next(context);
        var outcome = OutcomeOf(answer, context.HttpContext.Request.RouteValues.ContainsKey("id") ? "activated" : "challenged");
        Enrolments.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        span?.SetTag("shype.outcome", outcome);
        return answer;
    }

    /// <summary>Names a request's span by its route: the address may hold what somebody chose.</summary>
    public static Task NameAsync(HttpContext context, RequestDelegate next)
    {
        if (Activity.Current is { IsAllDataRequested: true } span && context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route } endpoint)
        {
            var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods is [var only] ? only : "HTTP";
            span.DisplayName = $"{method} {route}";
            span.SetTag("http.request.method", method).SetTag("http.route", route);
            context.Response.OnStarting(() =>
            {
                span.SetTag("http.response.status_code", context.Response.StatusCode);
                return Task.CompletedTask;
            });
        }

        return next(context);
    }

    private static string OutcomeOf(object? answer, string success) => answer is ProblemResult { Document.Type: var type } ? type[ProblemTypes.Prefix.Length..] : success;

    private static string Word(TrustTier tier) => tier.ToString().ToLowerInvariant();

    private static InstrumentAdvice<double> Seconds => new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };
}

/// <summary>The parts of the work that have a span of their own, beside asking, enrolling and appraising.</summary>
internal enum TelemetrySpan
{
    /// <summary>A challenge is minted.</summary>
    Challenge,

    /// <summary>Evidence is decoded.</summary>
    Decode,

    /// <summary>A result is signed.</summary>
    Sign,

    /// <summary>A verdict is written and flushed.</summary>
    Keep,
}
