using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Api;

/// <summary>Successful answers.</summary>
internal static class Answers
{
    /// <summary>A message as JSON.</summary>
    public static IResult Json<T>(T message, JsonTypeInfo<T> type) => Bytes(JsonSerializer.SerializeToUtf8Bytes(message, type), MediaTypes.Json);

    /// <summary>A signed result.</summary>
    public static IResult Token(string token) => Bytes(Encoding.ASCII.GetBytes(token), MediaTypes.EatJwt);

    /// <summary>Bytes as they are.</summary>
    public static IResult Bytes(byte[] body, string mediaType) => new BytesResult(body, mediaType);

    /// <summary>Writes a body with its length.</summary>
    public static Task WriteAsync(HttpContext context, string mediaType, byte[] body)
    {
        context.Response.ContentType = mediaType;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private sealed class BytesResult(byte[] body, string mediaType) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, mediaType, body);
    }
}
