using System.Text;
using Shype.Attest.Protocol;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Protocol;

public sealed class TrustTests
{
    [Theory]
    [InlineData(-128, TrustTier.Contraindicated)]
    [InlineData(-97, TrustTier.Contraindicated)]
    [InlineData(-96, TrustTier.Warning)]
    [InlineData(-33, TrustTier.Warning)]
    [InlineData(-32, TrustTier.Affirming)]
    [InlineData(-2, TrustTier.Affirming)]
    [InlineData(-1, TrustTier.None)]
    [InlineData(0, TrustTier.None)]
    [InlineData(1, TrustTier.None)]
    [InlineData(2, TrustTier.Affirming)]
    [InlineData(31, TrustTier.Affirming)]
    [InlineData(32, TrustTier.Warning)]
    [InlineData(95, TrustTier.Warning)]
    [InlineData(96, TrustTier.Contraindicated)]
    [InlineData(127, TrustTier.Contraindicated)]
    public void Tiers_have_the_drafts_bounds(sbyte value, TrustTier tier) => Assert.Equal(tier, TrustTiers.TierOf(value));

    [Theory]
    [MemberData(nameof(Claims))]
    public void The_worst_claim_decides_wherever_it_stands(TrustClaim claim)
    {
        var vector = TrustVector.All(2);
        Assert.Equal(TrustTier.Affirming, vector.Tier);
        var worse = claim switch
        {
            TrustClaim.InstanceIdentity => vector with { InstanceIdentity = 97 },
            TrustClaim.Configuration => vector with { Configuration = 97 },
            TrustClaim.Executables => vector with { Executables = 97 },
            TrustClaim.FileSystem => vector with { FileSystem = 97 },
            TrustClaim.Hardware => vector with { Hardware = 97 },
            TrustClaim.RuntimeOpaque => vector with { RuntimeOpaque = 97 },
            TrustClaim.StorageOpaque => vector with { StorageOpaque = 97 },
            _ => vector with { SourcedData = 97 },
        };
        Assert.Equal(97, worse[claim]);
        Assert.Equal(TrustTier.Contraindicated, worse.Tier);
    }

    public static TheoryData<TrustClaim> Claims => [.. Enum.GetValues<TrustClaim>()];

    [Fact]
    public void Every_claim_text_is_as_written_down() => Golden.Match("protocol", "claim-texts.txt", Lines());

    private static string Lines()
    {
        var text = new StringBuilder();
        foreach (var claim in Enum.GetValues<TrustClaim>())
        {
            foreach (sbyte value in (sbyte[])[-128, -96, -1, 0, 1, 2, 3, 4, 32, 33, 36, 40, 96, 97, 99, 127])
            {
                var described = ClaimText.Describe(claim, value);
                text.Append(ClaimText.NameOf(claim)).Append(' ').Append(value).Append(" | ").Append(described.Tag).Append(" | ")
                    .Append(described.Brief).Append(" | ").Append(described.Full).Append('\n');
            }
        }

        return text.ToString();
    }
}
