using System.Globalization;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Xunit;

namespace Shype.Attest.UnitTests.Tpm;

/// <summary>Every bound at the bound and one above, and every place where only some numbers are allowed. Members and bytes are named.</summary>
public sealed class StructureLimitTests
{
    [Theory]
    [InlineData(16, true)]
    [InlineData(17, false)]
    public void A_selection_list_has_at_most_16_banks(int count, bool allowed) =>
        Check<PcrSelectionList>($"{count:x8}" + Repeat("000b 03 010000", count), allowed, "pcrSelections.count at byte 0: is 17, 16 are allowed");

    [Theory]
    [InlineData(8, true)]
    [InlineData(9, false)]
    public void A_digest_list_has_at_most_8(int count, bool allowed) =>
        Check<DigestList>($"{count:x8}" + Repeat("0001 aa", count), allowed, "digests.count at byte 0: is 9, 8 are allowed");

    [Theory]
    [InlineData(16, true)]
    [InlineData(17, false)]
    public void Digest_values_are_at_most_16(int count, bool allowed) =>
        Check<DigestValues>($"{count:x8}" + Repeat("0004" + Repeat("aa", 20), count), allowed, "digests.count at byte 0: is 17, 16 are allowed");

    [Theory]
    [InlineData(0, "sizeofSelect at byte 2: is 0; 1 to 4 are allowed")]
    [InlineData(1, null)]
    [InlineData(4, null)]
    [InlineData(5, "sizeofSelect at byte 2: is 5; 1 to 4 are allowed")]
    [InlineData(255, "sizeofSelect at byte 2: is 255; 1 to 4 are allowed")]
    public void Q13_a_bitmap_has_1_to_4_bytes(int size, string? problem) => Check<PcrSelection>($"000b {size:x2}" + Repeat("00", size), problem is null, problem!);

    [Theory]
    [InlineData("ffffffff", "pcrSelections.count at byte 0: is 4294967295, 16 are allowed")]
    [InlineData("00001388" + "000b03ffffff", "pcrSelections.count at byte 0: is 5000, 16 are allowed")]
    [InlineData("00000002" + "000b03ffffff", "pcrSelections.count at byte 0: is 2, which 6 bytes cannot hold")]
    public void Q22_counts_are_compared_with_the_bytes_that_are_left(string hex, string problem) => Check<PcrSelectionList>(hex, false, problem);

    [Theory]
    [InlineData("0000 03 000000", "pcrSelection.hash at byte 0: 0x0000 is not a hash")]
    [InlineData("0010 03 000000", "pcrSelection.hash at byte 0: 0x0010 is not a hash")]
    [InlineData("0006 03 000000", "pcrSelection.hash at byte 0: 0x0006 is not a hash")]
    [InlineData("0012 03 000000", null)]
    public void Q13_a_bank_is_a_hash(string hex, string? problem) => Check<PcrSelection>(hex, problem is null, problem!);

    [Fact]
    public void Q12_a_list_is_read_as_it_came_repeated_banks_and_high_bits_too()
    {
        var list = TpmWire.Parse<PcrSelectionList>(Hex("00000003 000b 03 0f0000 000b 03 000001 0004 04 00000080"));
        Assert.Equal("sha256:0,1,2,3+sha256:16+sha1:31", list.ToString());
        Assert.Equal(6, list.PcrCount);
        Assert.True(list.Selections[2].Has(31));
        Assert.False(list.Selections[2].Has(32));
        var other = PcrSelectionList.Of(
            PcrSelection.Of(AlgorithmId.Sha256, 0, 1, 2, 3), PcrSelection.Of(AlgorithmId.Sha256, 16), PcrSelection.Of(AlgorithmId.Sha1, 31));
        Assert.Equal(list, other);
        Assert.Equal(list.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(list, PcrSelectionList.Of(other.Selections[1], other.Selections[0], other.Selections[2]));
        Assert.NotEqual(list, PcrSelectionList.Of(other.Selections[0], other.Selections[1]));
    }

    // magic, type, signer, extraData, clock 8+4+4+1, firmware 8, body.
    [Theory]
    [InlineData("8017", "type at byte 4: 0x8010 is not an attestation", "8010")]
    [InlineData("0000", "qualifiedSigner at byte 6: has 67 bytes, 66 are allowed", "0043")]
    [InlineData("0000", "name.hashAlg at byte 8: 0x0005 is not a hash known here", "0022 0005" + "0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000", "name.digest at byte 10: has 31 bytes; 32 are needed", "0021 000b" + "00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000", "extraData at byte 8: has 67 bytes, 66 are allowed", "0000 0043")]
    [InlineData("0000", "safe at byte 26: is 2; 0 or 1 is needed", "0000 0000 0000000000000000 00000000 00000000 02")]
    [InlineData("0000", "firmwareVersion at byte 27: needs 8 bytes, 1 left", "0000 0000 0000000000000000 00000000 00000000 01 00")]
    [InlineData("0000", "pcrDigest at byte 39: has 65 bytes, 64 are allowed", "0000 0000 0000000000000000 00000000 00000000 01 0000000000000000 00000000 0041")]
    public void Q03_attestations_name_the_member_and_the_byte(string type, string problem, string rest) =>
        Check<Attestation>("ff544347" + (type == "8017" ? rest : "8018" + rest), false, problem);

    [Fact]
    public void Q04_another_magic_is_read_so_that_it_can_be_told()
    {
        var attest = TpmWire.Parse<Attestation>(Hex("ff544348 8018 0000 0000 0000000000000000 00000000 00000000 01 0000000000000000 00000000 0000"));
        Assert.NotEqual(Attestation.GeneratedValue, attest.Magic);
    }

    [Theory]
    [InlineData("0000", "sigAlg at byte 0: 0x0000 is not a signature algorithm")]
    [InlineData("0017 000b 0000", "sigAlg at byte 0: 0x0017 is not a signature algorithm")]
    [InlineData("0014 0010 0000", "hash at byte 2: 0x0010 is not a hash")]
    [InlineData("0014 000b 0201", "sig at byte 4: has 513 bytes, 512 are allowed")]
    [InlineData("0018 000b 0043", "signatureR at byte 4: has 67 bytes, 66 are allowed")]
    [InlineData("0018 000b 0001 01 0043", "signatureS at byte 7: has 67 bytes, 66 are allowed")]
    [InlineData("0005 0006", "hashAlg at byte 2: 0x0006 is not a hash")]
    [InlineData("0010 00", "TPMT_SIGNATURE at byte 2: 1 bytes are left over")]
    public void Signatures_refuse_what_no_TPM_makes(string hex, string problem) => Check<Signature>(hex, false, problem);

    [Theory]
    [InlineData("0010", "type at byte 0: 0x0010 is not a type of object")]
    [InlineData("0001 0012", "nameAlg at byte 2: 0x0012 is not a hash known here")]
    [InlineData("0001 000b 00000001", "objectAttributes at byte 4: has reserved bits: 0x00000001")]
    [InlineData("0001 000b 00000008", "objectAttributes at byte 4: has reserved bits: 0x00000008")]
    [InlineData("0001 000b 00001000", "objectAttributes at byte 4: has reserved bits: 0x00001000")]
    [InlineData("0001 000b 80100000", "objectAttributes at byte 4: has reserved bits: 0x80100000")]
    [InlineData("0001 000b 00050072 0014 0000000000000000000000000000000000000000", "authPolicy at byte 8: has 20 bytes; 0 or 32 are needed")]
    [InlineData("0001 000b 00050072 0000 000a", "symmetric.algorithm at byte 10: 0x000a is not a block cipher")]
    [InlineData("0001 000b 00050072 0000 0006 0081", "symmetric.keyBits at byte 12: 129 is not a size of key")]
    [InlineData("0001 000b 00050072 0000 0006 0080 000b", "symmetric.mode at byte 14: 0x000b is not a mode")]
    [InlineData("0001 000b 00050072 0000 0010 0018 000b", "scheme.scheme at byte 12: 0x0018 is not a scheme of RSA")]
    [InlineData("0001 000b 00050072 0000 0010 0014 0001", "scheme.details.hashAlg at byte 14: 0x0001 is not a hash")]
    [InlineData("0001 000b 00050072 0000 0010 0014 000b 0801", "keyBits at byte 16: 2049 is not a size of RSA key")]
    [InlineData("0001 000b 00050072 0000 0010 0014 000b 0800 00000000 0001 aa", "unique.rsa at byte 22: has 1 bytes; 0 or 256 are needed")]
    [InlineData("0001 000b 00050072 0000 0010 0014 000b 0800 00000000 0201", "unique.rsa at byte 22: has 513 bytes, 512 are allowed")]
    [InlineData("0023 000b 00050072 0000 0010 0014 000b", "scheme.scheme at byte 12: 0x0014 is not a scheme of ECC")]
    [InlineData("0023 000b 00050072 0000 0010 0018 000b 0007", "curveID at byte 16: 0x0007 is not a curve")]
    [InlineData("0023 000b 00050072 0000 0010 0018 000b 0003 0018", "kdf.scheme at byte 18: 0x0018 is not a key derivation")]
    [InlineData("0023 000b 00050072 0000 0010 0018 000b 0003 0010 0021", "unique.ecc.x at byte 20: has 33 bytes, 32 are allowed")]
    [InlineData("0023 000b 00050072 0000 0010 0018 000b 0005 0010 0000 0043", "unique.ecc.y at byte 22: has 67 bytes, 66 are allowed")]
    [InlineData("0008 000b 00050072 0000 0018", "keyedHash.scheme at byte 10: 0x0018 is not a scheme of keyed hashes")]
    [InlineData("0008 000b 00050072 0000 000a 000b 000b", "keyedHash.kdf at byte 14: 0x000b is not a key derivation")]
    [InlineData("0008 000b 00050072 0000 0010 0001 aa", "unique.digest at byte 12: has 1 bytes; 0 or 32 are needed")]
    public void Public_areas_refuse_what_the_tables_do_not_allow(string hex, string problem) => Check<PublicArea>(hex, false, problem);

    [Theory]
    [InlineData("02000000", "nvIndex at byte 0: 0x02000000 is not an NV index")]
    [InlineData("01c00002 000b 00000100", "attributes at byte 6: has reserved bits: 0x00000100")]
    [InlineData("01c00002 000b 00100000", "attributes at byte 6: has reserved bits: 0x00100000")]
    public void Nv_public_areas_likewise(string hex, string problem) => Check<NvPublic>(hex, false, problem);

    [Theory]
    [InlineData("8020 40000001 0000", "tag at byte 0: 0x8020 is not a ticket")]
    [InlineData("8021 40000001 0041", "digest at byte 6: has 65 bytes, 64 are allowed")]
    public void Tickets_likewise(string hex, string problem) => Check<Ticket>(hex, false, problem);

    [Theory]
    [InlineData(66, true)]
    [InlineData(67, false)]
    public void An_encrypted_credential_is_a_digest_and_its_size(int bytes, bool allowed) =>
        Check<IdObject>("0000" + Repeat("aa", bytes), allowed, "encIdentity at byte 2: has 67 bytes, 66 are allowed");

    [Theory]
    [InlineData(4000, true)]
    [InlineData(4001, false)]
    public void A_saved_context_has_at_most_4000_bytes(int bytes, bool allowed) =>
        Check<SavedContext>($"0000000000000001 80000000 40000001 {bytes:x4}" + Repeat("aa", bytes), allowed, "contextBlob at byte 16: has 4001 bytes, 4000 are allowed");

    [Theory]
    [InlineData(64, 128, null)]
    [InlineData(65, 0, "userAuth at byte 0: has 65 bytes, 64 are allowed")]
    [InlineData(0, 129, "data at byte 2: has 129 bytes, 128 are allowed")]
    public void Secrets_of_a_new_object_are_bounded(int auth, int data, string? problem) =>
        Check<SensitiveCreate>($"{auth:x4}{Repeat("aa", auth)}{data:x4}{Repeat("bb", data)}", problem is null, problem!);

    [Theory]
    [InlineData(2048, true)]
    [InlineData(2049, false)]
    public void Attested_nv_contents_have_at_most_2048_bytes(int bytes, bool allowed) => Check<Attestation>(
        "ff544347 8014 0000 0000 0000000000000000 00000000 00000000 01 0000000000000000 0000 0000" + bytes.ToString("x4", CultureInfo.InvariantCulture) + Repeat("aa", bytes),
        allowed,
        "nvContents at byte 39: has 2049 bytes, 2048 are allowed");

    private static void Check<T>(string hex, bool allowed, string problem)
        where T : ITpmStructure<T>
    {
        var read = TpmWire.TryParse<T>(Hex(hex), out _, out var found);
        Assert.Equal(allowed, read);
        Assert.Equal(allowed ? null : problem, found?.ToString());
    }

    private static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
