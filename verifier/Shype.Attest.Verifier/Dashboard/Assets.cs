using System.Security.Cryptography;
using Shype.Attest.Verifier.Api;

namespace Shype.Attest.Verifier.Dashboard;

/// <summary>Style sheet, script and icon, which are part of the program. Their addresses carry their digests, so that browsers may keep them for good.</summary>
internal static class Assets
{
    private static readonly Dictionary<string, (byte[] Bytes, string MediaType)> Files = new(StringComparer.Ordinal)
    {
        ["dashboard.css"] = (Read("dashboard.css"), "text/css; charset=utf-8"),
        ["dashboard.js"] = (Read("dashboard.js"), "text/javascript; charset=utf-8"),
        ["icon.svg"] = (Read("icon.svg"), "image/svg+xml"),
    };

    /// <summary>The style sheet's address.</summary>
    public static string Style { get; } = AddressOf("dashboard.css");

    /// <summary>The script's address.</summary>
    public static string Script { get; } = AddressOf("dashboard.js");

    /// <summary>The icon's address.</summary>
    public static string Icon { get; } = AddressOf("icon.svg");

    /// <summary>The route.</summary>
    public static void MapAssets(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/dashboard/assets/{file}", Answer).AllowAnonymous().RequireRateLimiting(Hosting.RateLimits.Public);

    private static IResult Answer(HttpContext context, string file)
    {
        if (!Files.TryGetValue(file, out var found))
        {
            return ErrorPages.Of(StatusCodes.Status404NotFound);
        }

        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Answers.Bytes(found.Bytes, found.MediaType);
    }

    private static string AddressOf(string file) => $"/dashboard/assets/{file}?v={Convert.ToHexStringLower(SHA256.HashData(Files[file].Bytes).AsSpan(0, 8))}";

    private static byte[] Read(string file)
    {
        using var stream = typeof(Assets).Assembly.GetManifestResourceStream("Shype.Attest.Verifier.Dashboard.Assets." + file)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
