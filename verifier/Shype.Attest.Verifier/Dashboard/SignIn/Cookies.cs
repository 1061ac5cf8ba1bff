namespace Shype.Attest.Verifier.Dashboard.SignIn;

/// <summary>The two cookies. The prefix makes browsers insist on Secure, on this very host and on the whole path (RFC 6265bis 4.1.3.2).</summary>
internal static class Cookies
{
    /// <summary>Who is signed in.</summary>
    public const string Session = "__Host-shype-session";

    /// <summary>Before that: what the form of signing in is bound to.</summary>
    public const string SigningIn = "__Host-shype-signing-in";

    /// <summary>Sets one; scripts never see it, and no other site's request carries it.</summary>
    public static void Set(HttpContext context, string name, string value, TimeSpan lifetime) => context.Response.Cookies.Append(name, value, Options(lifetime));

    /// <summary>Takes one away.</summary>
    public static void Remove(HttpContext context, string name) => context.Response.Cookies.Delete(name, Options(null));

    private static CookieOptions Options(TimeSpan? lifetime) =>
        new() { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Strict, Path = "/", MaxAge = lifetime, IsEssential = true };
}
