using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Contract;

/// <summary>What the document says of one route beyond what the route says itself.</summary>
/// <param name="Route">Method and pattern, as the route is mapped.</param>
/// <param name="Id">The operation's id, which generated clients call their methods by: it never changes.</param>
/// <param name="Summary">What it does, one sentence.</param>
internal sealed record Operation(string Route, string Id, string Summary)
{
    /// <summary>The body that it reads; null for none.</summary>
    public Body? Request { get; private init; }

    /// <summary>Whether the body may be left out.</summary>
    public bool IsRequestOptional { get; private init; }

    /// <summary>What it answers where it does what it is asked for.</summary>
    public IReadOnlyList<Body> Answers { get; private init; } = [];

    /// <summary>Parameters of the query that it reads by itself, where the route's signature does not name them.</summary>
    public IReadOnlyList<string> Queries { get; private init; } = [];

    /// <summary>Headers that it reads.</summary>
    public IReadOnlyList<string> Headers { get; private init; } = [];

    /// <summary>Refusals of its own, beside those that every route of its kind has.</summary>
    public IReadOnlyList<(int Status, string Type)> Refusals { get; private init; } = [];

    /// <summary>It reads a JSON message.</summary>
    public Operation Takes<T>(bool optional = false) => this with { Request = new Body(typeof(T), MediaTypes.Json), IsRequestOptional = optional };

    /// <summary>It reads text or bytes.</summary>
    public Operation Takes(string mediaType) => this with { Request = Body.Of(mediaType) };

    /// <summary>It answers with a JSON message.</summary>
    public Operation Gives<T>(int status = StatusCodes.Status200OK, string mediaType = MediaTypes.Json) => this with { Answers = [.. Answers, new Body(typeof(T), mediaType, status)] };

    /// <summary>It answers with text or bytes.</summary>
    public Operation Gives(string mediaType, int status = StatusCodes.Status200OK) => this with { Answers = [.. Answers, Body.Of(mediaType) with { Status = status }] };

    /// <summary>It does it and answers nothing.</summary>
    public Operation GivesNothing() => this with { Answers = [new Body(typeof(void), "", StatusCodes.Status204NoContent)] };

    /// <summary>It reads parameters of the query.</summary>
    public Operation Reads(params string[] queries) => this with { Queries = queries };

    /// <summary>Whether it says no with 503 in the same form as yes, for those who look at the status alone.</summary>
    public bool IsAnswerAlso503 { get; private init; }

    /// <summary>It says no with 503 in the same form as yes.</summary>
    public Operation AnswersAlso503() => this with { IsAnswerAlso503 = true };

    /// <summary>It reads the version in If-Match.</summary>
    public Operation NeedsVersion() =>
        (this with { Headers = [.. Headers, "If-Match"] }).Refuses(412, ProblemTypes.VersionConflict).Refuses(428, ProblemTypes.VersionConflict);

    /// <summary>It refuses with a status and one of these types.</summary>
    public Operation Refuses(int status, params ReadOnlySpan<string> types)
    {
        List<(int, string)> all = [.. Refusals];
        foreach (var type in types)
        {
            all.Add((status, type));
        }

        return this with { Refusals = all };
    }
}

/// <summary>A body.</summary>
/// <param name="Type">Its type; a stream for bytes, a string for text.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="Status">The status that it comes with, where it is an answer.</param>
internal sealed record Body(Type Type, string MediaType, int Status = StatusCodes.Status200OK)
{
    /// <summary>A body that is no JSON message.</summary>
    public static Body Of(string mediaType) => new(IsText(mediaType) ? typeof(string) : typeof(Stream), mediaType);

    private static bool IsText(string mediaType) =>
        mediaType is MediaTypes.EatJwt or MediaTypes.Jwt or MediaTypes.Yaml or MediaTypes.JsonLines or MediaTypes.EventStream || mediaType.StartsWith("text/", StringComparison.Ordinal);
}
