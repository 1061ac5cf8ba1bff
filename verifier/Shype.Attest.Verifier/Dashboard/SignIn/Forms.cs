using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Dashboard.SignIn;

/// <summary>
/// Forms that only our own pages can send (threat row R12): each carries a value that follows from the browser's cookie and tells nothing about it. Who
/// cannot read our pages knows neither; that the cookie is SameSite=Strict and that the browser must name no other origin come on top.
/// </summary>
internal static class Forms
{
    /// <summary>The field.</summary>
    public const string Field = "form";

    /// <summary>The value for a cookie.</summary>
    public static string TokenOf(string cookie) => Base64UrlText.Encode(SHA256.HashData(Encoding.UTF8.GetBytes("shype form " + cookie)));

    /// <summary>Reads a form that one of our pages sent; null for any other.</summary>
    public static async Task<IFormCollection?> ReadAsync(HttpContext context, string cookieName)
    {
        var request = context.Request;
        if (!request.HasFormContentType || !IsOwn(request) || request.Cookies[cookieName] is not { Length: > 0 } cookie)
        {
            return null;
        }

        var reader = new FormFeature(request, new FormOptions { ValueCountLimit = 16, KeyLengthLimit = 64, ValueLengthLimit = MaxValueCharacters });
        try
        {
            var form = await reader.ReadFormAsync(context.RequestAborted);
            return form[Field] is [{ } token] && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(TokenOf(cookie))) ? form : null;
        }
        catch (InvalidDataException)
        {
            // More fields, or longer ones, than our forms have.
            return null;
        }
    }

    // Fetch Metadata and Origin: browsers of today send both with every POST.
    private static bool IsOwn(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is [] or ["same-origin"]
        && (request.Headers.Origin is [] || request.Headers.Origin is [{ } origin] && origin == $"https://{request.Host.Value}");

    private const int MaxValueCharacters = 4096;
}
