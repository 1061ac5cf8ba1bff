using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Shype.Attest.Protocol;

/// <summary>Results as they come in files: JWT or CWT, told apart by their first byte, each checked by its own rules.</summary>
public static class ResultTokens
{
    /// <summary>Checks a token; a result comes out only when all of it holds.</summary>
    public static bool TryVerify(
        ReadOnlyMemory<byte> token, JsonWebKeySet trusted, TokenExpectation expected,
        [NotNullWhen(true)] out AttestationResult? result, [NotNullWhen(false)] out TokenProblem? problem) =>
        ResultCwt.IsCwt(token.Span)
            ? ResultCwt.TryVerify(token, trusted, expected, out result, out problem)
            : ResultToken.TryVerify(Text(token), trusted, expected, out result, out problem);

    /// <summary>Reads what a token says without any key: for showing it to a person, never for a decision.</summary>
    public static bool TryReadUnverified(ReadOnlyMemory<byte> token, [NotNullWhen(true)] out UnverifiedResult? claims, [NotNullWhen(false)] out TokenProblem? problem) =>
        ResultCwt.IsCwt(token.Span) ? ResultCwt.TryReadUnverified(token, out claims, out problem) : ResultToken.TryReadUnverified(Text(token), out claims, out problem);

    private static string Text(ReadOnlyMemory<byte> token) => Encoding.UTF8.GetString(token.Span).Trim();
}
