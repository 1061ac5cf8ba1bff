using System.Text;
using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

public sealed class FindingCatalogueTests
{
    [Fact]
    public void Every_code_has_one_meaning()
    {
        Assert.Equal(Enum.GetValues<FindingCode>(), FindingCatalogue.All.Select(kind => kind.Code));
        Assert.All(FindingCatalogue.All, kind =>
        {
            Assert.Matches("^[a-z]+(-[a-z]+)*$", kind.Text);
            Assert.True(FindingCatalogue.TryFind(kind.Text, out var found) && found == kind);
            Assert.EndsWith(".", kind.Sentence, StringComparison.Ordinal);
            Assert.EndsWith(".", kind.Advice, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_code_lowers_the_vector_as_far_as_its_severity_says() =>
        Assert.All(FindingCatalogue.All, kind =>
        {
            var worst = kind.Effects.Count == 0 ? TrustTier.None : kind.Effects.Max(effect => TrustTiers.TierOf(effect.Value));
            Assert.True(
                kind.Severity switch
                {
                    FindingSeverity.Failure => worst == TrustTier.Contraindicated,
                    FindingSeverity.Warning => worst == TrustTier.Warning,
                    _ => worst <= TrustTier.Affirming && kind.Effects.All(effect => effect.Only is not null),
                },
                kind.Text);
            Assert.True(!kind.Sticky || kind.Severity == FindingSeverity.Failure, kind.Text);
        });

    [Fact]
    public void Texts_are_as_written_down()
    {
        var text = new StringBuilder();
        foreach (var kind in FindingCatalogue.All)
        {
            text.Append(kind.Text).Append(" | ").Append(kind.Severity).Append(kind.Sticky ? " sticky" : "").Append(" | ")
                .AppendJoin(' ', kind.Effects.Select(effect => $"{ClaimText.NameOf(effect.Claim)}={effect.Value}{(effect.Only is { } only ? $"(from {only})" : "")}"))
                .Append(" | ").Append(kind.Clause).Append(" | ").Append(kind.ThreatRows).Append('\n')
                .Append("  ").Append(kind.Sentence).Append('\n').Append("  ").Append(kind.Advice).Append('\n');
        }

        Golden.Match("appraisal", "findings.txt", text.ToString());
    }
}
