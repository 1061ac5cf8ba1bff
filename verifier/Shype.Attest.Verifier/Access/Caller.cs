using System.Security.Claims;

namespace Shype.Attest.Verifier.Access;

/// <summary>Who asks, as audit and histories name him.</summary>
internal static class Caller
{
    /// <summary>The name of the token, of the person behind an identity provider's token, or of a client certificate.</summary>
    public static string Name(HttpContext context) =>
        context.User.FindFirst(ClaimTypes.Name)?.Value ?? context.User.FindFirst(ClaimTypes.Role)?.Value ?? throw new InvalidOperationException("nobody is authenticated");
}
