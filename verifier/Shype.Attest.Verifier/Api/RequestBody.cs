using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Api;

/// <summary>Request bodies: of the right type, as they came, never longer than their limit, memory as they arrive and not as they announce.</summary>
internal static class RequestBody
{
    /// <summary>Reads a body, or says why not.</summary>
    public static async Task<(byte[]? Body, ProblemResult? Problem)> ReadAsync(HttpContext context, string mediaType, int limit, string limitName)
    {
        if (!IsOfType(context.Request, mediaType))
        {
            return (null, Problems.Of(StatusCodes.Status415UnsupportedMediaType, ProblemTypes.UnsupportedMediaType, $"This route reads {mediaType}, not compressed."));
        }

        // The server counts the framing of chunks as well, and hangs up on whoever is over its limit; whoever is a little over ours shall hear its name.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
        {
            server.MaxRequestBodySize = limit * 2L;
        }

        if (context.Request.ContentLength > limit)
        {
            return (null, Problems.TooLarge(limit, limitName));
        }

        var buffer = new byte[Math.Min(context.Request.ContentLength + 1 ?? FirstBytes, FirstBytes)];
        var used = 0;
        while (await context.Request.Body.ReadAsync(buffer.AsMemory(used), context.RequestAborted) is var read and > 0)
        {
            used += read;
            if (used > limit)
            {
                return (null, Problems.TooLarge(limit, limitName));
            }

            if (used == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, limit + 1));
            }
        }

        Array.Resize(ref buffer, used);
        return (buffer, null);
    }

    /// <summary>Reads a JSON message, or says what is wrong with it and where.</summary>
    public static async Task<Message<T>> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        var (body, refused) = await ReadAsync(context, MediaTypes.Json, ProtocolLimits.MaxJsonBytes, nameof(ProtocolLimits.MaxJsonBytes));
        return body is null ? new Message<T>(null, refused)
            : ProtocolJson.TryRead(body, type, out var message, out var problem) ? new Message<T>(message, null)
            : new Message<T>(null, Problems.Malformed(problem));
    }

    /// <summary>A body's media type without parameters, in lower case: "application/json; charset=utf-8" is what most clients send.</summary>
    public static string TypeOf(HttpRequest request) => (request.ContentType ?? "").Split(';')[0].Trim().ToLowerInvariant();

    private static bool IsOfType(HttpRequest request, string mediaType) => TypeOf(request) == mediaType && request.Headers.ContentEncoding is [] or ["identity"];

    private const int FirstBytes = 16 * 1024;
}

/// <summary>A message, or the problem with it.</summary>
internal readonly record struct Message<T>(T? Value, ProblemResult? Problem)
    where T : class
{
    /// <summary>Which of both it is.</summary>
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out ProblemResult? problem)
    {
        (value, problem) = (Value, Problem);
        return value is not null;
    }
}
