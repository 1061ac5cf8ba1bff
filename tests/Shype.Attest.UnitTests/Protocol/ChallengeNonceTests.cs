using Shype.Attest.Protocol;
using Xunit;

namespace Shype.Attest.UnitTests.Protocol;

public sealed class ChallengeNonceTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly DateTimeOffset Expires = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly PcrRequest[] Pcrs = [new("sha256", [0, 1, 11])];

    [Fact]
    public void Our_nonce_is_good_until_its_last_second()
    {
        var nonce = Mint(1);
        Assert.Equal(ChallengeNonceProblem.None, ChallengeNonce.Check(nonce, Expires, "host", Pcrs, Key));
        Assert.Equal(ChallengeNonceProblem.Expired, ChallengeNonce.Check(nonce, Expires.AddSeconds(1), "host", Pcrs, Key));
    }

    [Fact]
    public void A_nonce_of_the_key_before_is_still_ours()
    {
        Assert.Equal(ChallengeNonceProblem.None, ChallengeNonce.Check(Mint(1), Expires, "host", Pcrs, new byte[32], Key));
        Assert.Equal(ChallengeNonceProblem.NotOurs, ChallengeNonce.Check(Mint(1), Expires, "host", Pcrs, new byte[32]));
        Assert.Equal(ChallengeNonceProblem.NotOurs, ChallengeNonce.Check(Mint(1), Expires, "host", Pcrs));
    }

    [Fact]
    public void Another_host_or_another_selection_is_not_ours()
    {
        Assert.Equal(ChallengeNonceProblem.NotOurs, ChallengeNonce.Check(Mint(1), Expires, "other", Pcrs, Key));
        Assert.Equal(ChallengeNonceProblem.NotOurs, ChallengeNonce.Check(Mint(1), Expires, "host", [new("sha256", [0, 1])], Key));
        Assert.Equal(ChallengeNonceProblem.NotOurs, ChallengeNonce.Check(Mint(1), Expires, "host", [new("sha384", [0, 1, 11])], Key));
    }

    [Fact]
    public void Every_changed_byte_makes_it_not_ours()
    {
        for (var i = 0; i < ChallengeNonce.Size; i++)
        {
            var changed = Mint(1);
            changed[i] ^= 1;
            Assert.Equal(ChallengeNonceProblem.NotOurs, ChallengeNonce.Check(changed, Expires, "host", Pcrs, Key));
        }
    }

    [Fact]
    public void A_prefix_and_a_longer_one_are_malformed()
    {
        Assert.Equal(ChallengeNonceProblem.Malformed, ChallengeNonce.Check(Mint(1).AsSpan(0, 55), Expires, "host", Pcrs, Key));
        Assert.Equal(ChallengeNonceProblem.Malformed, ChallengeNonce.Check([.. Mint(1), 0], Expires, "host", Pcrs, Key));
        Assert.Equal(ChallengeNonceProblem.Malformed, ChallengeNonce.Check([], Expires, "host", Pcrs, Key));
    }

    [Fact]
    public void The_text_suits_readers_of_the_standard_alphabet()
    {
        for (byte seed = 0; seed < 50; seed++)
        {
            var text = Base64UrlText.Encode(Mint(seed));
            Assert.Equal(75, text.Length);
            Assert.Equal(Mint(seed), Convert.FromBase64String(text + "="));
        }
    }

    // In base64url each six bits of the expiry would be a character, and 62 and 63 are the two that must not be there.
    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    [InlineData(12)]
    [InlineData(18)]
    public void R14_every_second_has_a_nonce_whatever_its_digits_are(int shift)
    {
        foreach (var digit in (long[])[0, 61, 62, 63])
        {
            var expires = DateTimeOffset.FromUnixTimeSeconds((1_800_000_000 & ~(63L << shift)) | (digit << shift));
            var nonce = ChallengeNonce.Mint(Key, new byte[ChallengeNonce.SeedSize], expires, "host", Pcrs);
            Assert.Equal(expires, ChallengeNonce.ExpiresAt(nonce));
            Assert.Equal(ChallengeNonceProblem.None, ChallengeNonce.Check(nonce, expires, "host", Pcrs, Key));
            Assert.Equal(ChallengeNonceProblem.Expired, ChallengeNonce.Check(nonce, expires.AddSeconds(1), "host", Pcrs, Key));
        }
    }

    private static byte[] Mint(byte seed) => ChallengeNonce.Mint(Key, [.. Enumerable.Repeat(seed, 32)], Expires, "host", Pcrs);
}
