using System.Text.RegularExpressions;

namespace Shype.Attest.Verifier.Dashboard.SignIn;

/// <summary>Where somebody goes on after signing in: one of our own pages, whatever the address says (threat row R12).</summary>
internal static partial class ReturnPath
{
    /// <summary>The fleet.</summary>
    public const string Home = "/dashboard";

    /// <summary>The page to sign in at, on the way to another one.</summary>
    public static string SignIn(string back) => back == Home ? "/dashboard/sign-in" : "/dashboard/sign-in?to=" + Uri.EscapeDataString(Of(back));

    /// <summary>The path if it is a page of the dashboard, the fleet otherwise.</summary>
    public static string Of(string? path) => path is { Length: <= MaxCharacters } && Own().IsMatch(path) ? path : Home;

    // Nothing that a browser could take for another host or a way out: no second slash, no backslash, no scheme, no control character, no dots at the start.
    [GeneratedRegex(@"\A/dashboard(/[A-Za-z0-9][A-Za-z0-9._~%:-]*)*(\?[A-Za-z0-9._~%&=+:-]*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Own();

    private const int MaxCharacters = 1024;
}
