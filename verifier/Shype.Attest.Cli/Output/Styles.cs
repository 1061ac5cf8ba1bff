using Shype.Attest.Protocol;
using Spectre.Console;

namespace Shype.Attest.Cli.Output;

/// <summary>The few colours: they repeat what a word says, and carry nothing of their own.</summary>
internal static class Styles
{
    public static readonly Style Strong = new(decoration: Decoration.Bold);
    public static readonly Style Quiet = new(foreground: Color.Grey);
    public static readonly Style Good = new(foreground: Color.Green, decoration: Decoration.Bold);
    public static readonly Style Doubtful = new(foreground: Color.Yellow, decoration: Decoration.Bold);
    public static readonly Style Bad = new(foreground: Color.Red, decoration: Decoration.Bold);

    public static Style Of(TrustTier tier) => tier switch
    {
        TrustTier.Affirming => Good,
        TrustTier.Warning => Doubtful,
        TrustTier.None => Strong,
        _ => Bad,
    };

    public static Style OfWord(string word) => word switch
    {
        "failure" or "violated" or "revoked" or "failed" or "unreachable" => Bad,
        "warning" or "unknown" or "pending" or "degraded" => Doubtful,
        "holds" or "enrolled" or "trusted" => Good,
        _ => Strong,
    };
}
