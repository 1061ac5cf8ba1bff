using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;

namespace Shype.Attest.Verifier.Api;

/// <summary>Who may do what: seen and decided by administrators.</summary>
internal static class TokensApi
{
    /// <summary>The routes.</summary>
    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/tokens").RequireAuthorization(Roles.Admin);
        group.MapGet("/", ListAsync);
        group.MapPost("/", AddAsync);
        group.MapDelete("/{name}", RemoveAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext context, AccessTokens tokens) =>
        Answers.Json(new TokenList { Tokens = await tokens.ListAsync(context.RequestAborted) }, ProtocolJson.Default.TokenList);

    private static async Task<IResult> AddAsync(HttpContext context, AccessTokens tokens, TimeProvider clock)
    {
        var message = await RequestBody.ReadAsync(context, ProtocolJson.Default.TokenRequest);
        return !message.TryGet(out var request, out var problem) ? problem
            : !Caller.IsName(request.Name) ? Problems.Malformed("$.name", $"has 1 to {Caller.MaxNameCharacters} characters that are seen, none of / and #, without a blank at either end, and is not the name of a part of the verifier")
            : !Roles.OfTokens.Contains(request.Role) ? Problems.Malformed("$.role", $"is none of {string.Join(", ", Roles.OfTokens)}")
            : request.Expires <= clock.GetUtcNow() ? Problems.Malformed("$.expires", "is over already")
            : await tokens.AddAsync(request, Caller.Name(context), context.RequestAborted) is { } made ? Answers.Json(made, ProtocolJson.Default.TokenInfo)
            : Problems.Of(StatusCodes.Status409Conflict, ProblemTypes.TokenRefused, "Another token has this name: remove that one first, or choose another.");
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, string name, AccessTokens tokens) =>
        await tokens.RemoveAsync(name, Caller.Name(context), context.RequestAborted)
            ? await ListAsync(context, tokens)
            : Problems.Of(StatusCodes.Status404NotFound, ProblemTypes.NotFound, "No token that an administrator made has this name: shype token list shows them.");
}
