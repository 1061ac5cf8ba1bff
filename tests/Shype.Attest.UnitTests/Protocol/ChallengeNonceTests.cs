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

    [Fact]
    public void Every_second_has_a_nonce_whatever_its_bits_spell_in_base64url()
    {
        // One second in 32 ends in six bits that spell '-' or '_'; minutes, hours and days can do so too.
        foreach (var start in new[] { 1_800_000_000L, 1_799_999_999L & ~0xfffL | 0xf80, 0x6b_ef_be_fb, 0x6b_ff_ff_c0 })
        {
            for (var second = start; second < start + 128; second++)
            {
                var expires = DateTimeOffset.FromUnixTimeSeconds(second);
                var nonce = ChallengeNonce.Mint(Key, new byte[32], expires, "host", Pcrs);
                Assert.Equal(expires, ChallengeNonce.ExpiresAt(nonce));
                Assert.Equal(ChallengeNonceProblem.None, ChallengeNonce.Check(nonce, expires, "host", Pcrs, Key));
                Assert.Equal(ChallengeNonceProblem.Expired, ChallengeNonce.Check(nonce, expires.AddSeconds(1), "host", Pcrs, Key));
                Assert.False(Base64UrlText.Encode(nonce).AsSpan().ContainsAny('-', '_'));
            }
        }
    }

    private static byte[] Mint(byte seed) => ChallengeNonce.Mint(Key, [.. Enumerable.Repeat(seed, 32)], Expires, "host", Pcrs);
}
