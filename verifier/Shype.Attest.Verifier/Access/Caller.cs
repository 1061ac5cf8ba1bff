using System.Security.Claims;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Verifier.Access;

/// <summary>Who asks: the one place where a proven credential of any kind becomes somebody with a name and roles.</summary>
internal static class Caller
{
    /// <summary>A person or program; the audit names it so.</summary>
    public static ClaimsPrincipal Named(string name, params IEnumerable<string> roles) =>
        new(new ClaimsIdentity(roles.Select(role => new Claim(ClaimTypes.Role, role)).Prepend(new Claim(ClaimTypes.Name, name)), Scheme));

    /// <summary>The agent of one host.</summary>
    public static ClaimsPrincipal Agent(string hostId) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Role, Roles.Agent), new Claim(Roles.HostClaim, hostId)], Scheme));

    /// <summary>The name of the token, of the person behind an identity provider's token (<c>issuer#subject</c>), or of a client certificate.</summary>
    public static string Name(HttpContext context) =>
        context.User.FindFirst(ClaimTypes.Name)?.Value ?? context.User.FindFirst(ClaimTypes.Role)?.Value ?? throw new InvalidOperationException("nobody is authenticated");

    /// <summary>
    /// Whether an administrator may name somebody so: audit and terminal show it as it is, nobody is taken for a part of the verifier, and none for
    /// somebody whom an identity provider names.
    /// </summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameCharacters && name.Trim() == name && TextRules.Escape(name) == name && !name.AsSpan().ContainsAny('/', '#')
        && !Reserved.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The one scheme: all credentials are judged in one place (<see cref="CallerHandler"/>).</summary>
    public const string Scheme = "Caller";

    /// <summary>Characters of a name at most.</summary>
    public const int MaxNameCharacters = 64;

    private static readonly string[] Reserved = ["verifier", "host", Roles.Admin, Roles.Operator, Roles.RelyingParty, Roles.Viewer, Roles.Agent];
}
