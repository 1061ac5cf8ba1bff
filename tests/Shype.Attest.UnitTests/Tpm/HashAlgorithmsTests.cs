using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Tpm;

public sealed class HashAlgorithmsTests
{
    // FIPS 180-4 and FIPS 202 examples: the message "abc".
    [Theory]
    [InlineData(0x0004, "sha1", "a9993e364706816aba3e25717850c26c9cd0d89d")]
    [InlineData(0x000b, "sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData(0x000c, "sha384", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7")]
    [InlineData(0x000d, "sha512", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")]
    [InlineData(0x0027, "sha3_256", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532")]
    public void Computes_names_and_sizes_each_hash(ushort id, string name, string digest)
    {
        var algorithm = (AlgorithmId)id;
        Assert.Equal(digest, Convert.ToHexStringLower(algorithm.Hash("abc"u8)));
        Assert.Equal(digest.Length / 2, algorithm.DigestSize());
        Assert.Equal(name, algorithm.ToText());
        Assert.True(HashAlgorithms.TryParseText(name, out var parsed));
        Assert.Equal(algorithm, parsed);

        using var parts = algorithm.CreateIncremental();
        parts.AppendData("a"u8);
        parts.AppendData("bc"u8);
        Assert.Equal(digest, Convert.ToHexStringLower(parts.GetHashAndReset()));
    }

    [Fact]
    public void What_is_not_a_hash_has_no_size_and_is_not_computed()
    {
        Assert.False(AlgorithmId.Rsa.IsHash());
        Assert.Equal("0x0012", AlgorithmId.Sm3.ToText());
        Assert.False(HashAlgorithms.TryParseText("SHA256", out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => AlgorithmId.Null.Hash("abc"u8, new byte[64]));
    }
}
