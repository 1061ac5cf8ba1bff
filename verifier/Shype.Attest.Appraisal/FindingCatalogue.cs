using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal;

/// <summary>The meaning of every <see cref="FindingCode"/>: one table, golden-tested, printed in <c>docs/trust-vector.md</c>.</summary>
public static partial class FindingCatalogue
{
    private static readonly FrozenDictionary<FindingCode, FindingKind> Kinds =
        QuoteKinds().Concat(LogKinds()).Concat(BootKinds()).Concat(ImaKinds()).Concat(PolicyKinds()).Concat(ReferenceKinds()).Concat(EnrolmentKinds()).Concat(RuleKinds())
            .ToFrozenDictionary(kind => kind.Code);

    private static readonly FrozenDictionary<string, FindingKind> ByText = Kinds.Values.ToFrozenDictionary(kind => kind.Text, StringComparer.Ordinal);

    /// <summary>The whole catalogue in the order of the checks.</summary>
    public static IEnumerable<FindingKind> All => Kinds.Values.OrderBy(kind => kind.Code);

    /// <summary>The meaning of one code.</summary>
    public static FindingKind KindOf(FindingCode code) => Kinds[code];

    /// <summary>The meaning of a code as it stands on the wire.</summary>
    public static bool TryFind(string text, [NotNullWhen(true)] out FindingKind? kind) => ByText.TryGetValue(text, out kind);

    internal static string ToKebabCase(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }

    private static ClaimEffect Claim(TrustClaim claim, sbyte value) => new(claim, value);

    private static ClaimEffect Lower(TrustClaim claim, sbyte from, sbyte to) => new(claim, to, Only: from);

    private static IEnumerable<ClaimEffect> Claims(sbyte value, params TrustClaim[] claims) => claims.Select(claim => Claim(claim, value));

    // AR4SI: 99 where a signature or digest of the evidence does not verify.
    private static ClaimEffect[] NothingProven => [.. Claims(99, Enum.GetValues<TrustClaim>())];

    private static ClaimEffect[] LogsUnproven => [.. Claims(99, TrustClaim.Configuration, TrustClaim.Executables, TrustClaim.FileSystem)];

    private static ClaimEffect[] NotGenuine => [.. Claims(97, TrustClaim.InstanceIdentity, TrustClaim.Hardware)];
}
