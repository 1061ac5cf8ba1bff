using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Signing;

namespace Shype.Attest.Verifier.Api;

/// <summary>Successful answers.</summary>
internal static class Answers
{
    /// <summary>A message as JSON.</summary>
    public static IResult Json<T>(T message, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) => Bytes(JsonSerializer.SerializeToUtf8Bytes(message, type), MediaTypes.Json, status);

    /// <summary>A signed result.</summary>
    public static IResult Token(string token) => Bytes(Encoding.ASCII.GetBytes(token), MediaTypes.EatJwt);

    /// <summary>A signed result in the form that was asked for; the deployed profile is not named, as it never was.</summary>
    public static IResult Result(SignedResult result) => Bytes(
        result.Binary ?? Encoding.ASCII.GetBytes(result.Text!),
        result.Form.Profile == EarProfile.Veraison ? result.Form.MediaType : $"{result.Form.MediaType}; eat_profile=\"{result.Form.ProfileName}\"");

    /// <summary>Bytes as they are.</summary>
    public static IResult Bytes(byte[] body, string mediaType, int status = StatusCodes.Status200OK) => new BytesResult(body, mediaType, status);

    /// <summary>Writes a body with its length.</summary>
    public static Task WriteAsync(HttpContext context, string mediaType, byte[] body)
    {
        context.Response.ContentType = mediaType;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private sealed class BytesResult(byte[] body, string mediaType, int status) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            return WriteAsync(httpContext, mediaType, body);
        }
    }
}
