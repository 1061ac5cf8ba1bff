using System.Buffers.Binary;
using System.Security.Cryptography;
using Shype.Attest.Appraisal.ToolQuote;
using Shype.Attest.Testing;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>The rows of the attack table that a quote in files can show. Each is a good quote with one thing changed.</summary>
public sealed class ToolQuoteAttackTests
{
    private static readonly Dictionary<string, ToolQuoteInput> Inputs = [];

    public static TheoryData<string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var (id, input, code) in Signatures().Concat(Statements()).Concat(Nonces()).Concat(Selections()).Concat(Values()).Concat(Keys()))
            {
                Inputs[id] = input;
                rows.Add(id, code);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_row_of_the_attack_table_is_refused(string id, string code)
    {
        var verdict = ToolQuoteAppraiser.Appraise(Inputs[id]);
        Assert.False(verdict.IsVerified, id);
        Assert.Contains(code, verdict.Findings.Select(finding => finding.Kind.Text));
    }

    [Theory]
    [InlineData("rsassa")]
    [InlineData("rsapss")]
    [InlineData("ecdsa")]
    [InlineData("ecdsa384")]
    public void Q01_Q02_no_byte_of_statement_or_signature_can_be_changed(string kind)
    {
        var good = QuoteFiles.Genuine(kind);
        for (var at = 0; at < good.Message.Length; at++)
        {
            Assert.Contains("quote-signature-invalid", QuoteFiles.Codes(good with { Message = QuoteFiles.Flip(good.Message, at, at % 8) }));
        }

        for (var at = 0; at < good.Signature.Length; at += at < 8 ? 1 : 7)
        {
            Assert.NotEmpty(QuoteFiles.Codes(good with { Signature = QuoteFiles.Flip(good.Signature, at, at % 8) }));
        }
    }

    [Fact]
    public void Q03_no_file_can_be_a_byte_longer_or_shorter()
    {
        foreach (var kind in new[] { "rsassa", "ecdsa" })
        {
            var good = QuoteFiles.Genuine(kind);
            Check("ak-malformed", bytes => good with { Key = bytes }, good.Key);
            Check("quote-malformed", bytes => good with { Message = bytes }, good.Message);
            Check("quote-signature-malformed", bytes => good with { Signature = bytes }, good.Signature);
            Check("pcr-values-malformed", bytes => good with { PcrFile = bytes }, good.PcrFile!);
        }

        static void Check(string code, Func<byte[], ToolQuoteInput> change, byte[] file)
        {
            Assert.Contains(code, QuoteFiles.Codes(change([.. file, 0])));
            for (var length = 0; length < file.Length; length += file.Length > 400 ? 37 : 1)
            {
                Assert.NotEmpty(QuoteFiles.Codes(change(file[..length])));
            }
        }
    }

    [Fact]
    public void Q03_the_finding_names_member_and_byte()
    {
        var good = QuoteFiles.Genuine();
        var finding = ToolQuoteAppraiser.Appraise(good with { Message = good.Message[..50] }).Findings.Single(f => f.Kind.Text == "quote-malformed");
        Assert.Matches("The quote is not a TPMS_ATTEST: [a-zA-Z]+ at byte [0-9]+: ", finding.Text);
    }

    [Fact]
    public void Q18_a_PCR_that_anybody_can_reset_is_named_as_no_proof() =>
        Assert.Contains(ToolQuoteNote.ResettablePcrs, ToolQuoteAppraiser.Appraise(QuoteFiles.Genuine()).Notes);

    [Fact]
    public void Q22_rubbish_of_any_size_is_refused_without_an_exception()
    {
        var good = QuoteFiles.Genuine();
        foreach (var size in new[] { 0, 1, 2, 100, 2048, 2049, 65_536 })
        {
            foreach (var fill in new byte[] { 0x00, 0x30, 0x7f, 0xff })
            {
                byte[] rubbish = [.. Enumerable.Repeat(fill, size)];
                Assert.NotEmpty(QuoteFiles.Codes(good with { Key = rubbish }));
                Assert.NotEmpty(QuoteFiles.Codes(good with { Message = rubbish }));
                Assert.NotEmpty(QuoteFiles.Codes(good with { Signature = rubbish }));
                Assert.NotEmpty(QuoteFiles.Codes(good with { PcrFile = rubbish }));
            }
        }
    }

    private static IEnumerable<(string Id, ToolQuoteInput Input, string Code)> Signatures()
    {
        var (rsa, ecdsa) = (QuoteFiles.Genuine(), QuoteFiles.Genuine("ecdsa"));
        yield return ("Q19 A11 ECDSA signature, RSA key", rsa with { Signature = ecdsa.Signature }, "quote-key-mismatch");
        yield return ("Q19 A11 RSA signature, ECC key", ecdsa with { Signature = rsa.Signature }, "quote-key-mismatch");
        yield return ("Q15 RSAPSS by a key bound to RSASSA", rsa with { Signature = [0x00, 0x16, .. rsa.Signature[2..]] }, "quote-algorithm-not-allowed");
        yield return ("Q15 SHA-1", rsa with { Signature = [0x00, 0x14, 0x00, 0x04, .. rsa.Signature[4..]] }, "quote-algorithm-not-allowed");
        yield return ("Q15 SHA-512 by a key bound to SHA-256", rsa with { Signature = [0x00, 0x14, 0x00, 0x0d, .. rsa.Signature[4..]] }, "quote-algorithm-not-allowed");
        yield return ("Q19 ECSchnorr", ecdsa with { Signature = [0x00, 0x1c, .. ecdsa.Signature[2..]] }, "quote-algorithm-not-allowed");
        yield return ("Q19 no signature", ecdsa with { Signature = [0x00, 0x10] }, "quote-algorithm-not-allowed");
        var (r, s) = (ecdsa.Signature[6..38], ecdsa.Signature[40..72]);
        yield return ("Q20 r = 0", ecdsa with { Signature = Ecdsa(new byte[32], s) }, "quote-signature-invalid");
        yield return ("Q20 s = 0", ecdsa with { Signature = Ecdsa(r, new byte[32]) }, "quote-signature-invalid");
        yield return ("Q20 r empty", ecdsa with { Signature = Ecdsa([], s) }, "quote-signature-invalid");
        yield return ("Q20 r = n", ecdsa with { Signature = Ecdsa(P256Order, s) }, "quote-signature-invalid");
        yield return ("Q20 s = n", ecdsa with { Signature = Ecdsa(r, P256Order) }, "quote-signature-invalid");
    }

    private static IEnumerable<(string Id, ToolQuoteInput Input, string Code)> Statements()
    {
        yield return ("Q04 A4 wrong magic", QuoteFiles.Forged(QuoteFiles.Statement() with { Magic = 0xff54_4346 }), "quote-not-made-by-tpm");
        yield return ("Q05 A3 NV_Certify by a TPM", ByATpm("nvcertify"), "quote-wrong-type");
        yield return ("Q05 A3 Certify by a TPM", ByATpm("certify"), "quote-wrong-type");
        var name = TpmName.Of(QuoteFiles.RsaArea);
        AttestBody[] bodies =
        [
            new CertifyBody(name, name), new CreationBody(name, new byte[32]), new TimeBody(1, QuoteFiles.Clock, 1), new NvBody(name, 0, new byte[64]),
            new NvDigestBody(name, new byte[32]), new SessionAuditBody(true, new byte[32]), new CommandAuditBody(1, AlgorithmId.Sha256, new byte[32], new byte[32]),
        ];
        foreach (var body in bodies)
        {
            yield return ($"Q05 A3 {body.GetType().Name}", QuoteFiles.Forged(QuoteFiles.Statement(body)), "quote-wrong-type");
        }

        byte[] unknown = TpmWire.ToBytes(QuoteFiles.Statement());
        BinaryPrimitives.WriteUInt16BigEndian(unknown.AsSpan(4), 0x80ff);
        yield return ("Q05 unknown type", QuoteFiles.Forged(unknown), "quote-malformed");
        yield return ("A4 forged by a key that signs anything", QuoteFiles.Forged(QuoteFiles.Statement(), Without(ObjectAttributes.Restricted)), "ak-attributes-refused");
    }

    private static IEnumerable<(string Id, ToolQuoteInput Input, string Code)> Nonces()
    {
        var good = QuoteFiles.Genuine();
        byte[] nonce = QuoteFiles.Nonce;
        yield return ("Q06 another nonce", good with { Nonce = QuoteFiles.Flip(nonce, 31) }, "nonce-mismatch");
        yield return ("Q06 empty nonce asked", good with { Nonce = [] }, "nonce-mismatch");
        yield return ("Q06 prefix asked", good with { Nonce = nonce[..31] }, "nonce-mismatch");
        yield return ("Q06 longer asked", good with { Nonce = [.. nonce, 0] }, "nonce-mismatch");
        yield return ("Q06 empty nonce quoted", QuoteFiles.Forged(QuoteFiles.Statement() with { ExtraData = [] }), "nonce-mismatch");
    }

    private static IEnumerable<(string Id, ToolQuoteInput Input, string Code)> Selections()
    {
        PcrSelection all = new(AlgorithmId.Sha256, 0xffff), sha384 = new(AlgorithmId.Sha384, 0xffff);
        yield return ("Q11 A2 no PCR, by a TPM", ByATpm("empty"), "pcrs-not-covered");
        yield return ("Q11 A2 no selection at all", Selecting(), "pcrs-not-covered");
        yield return ("Q11 fewer than asked", Selecting(all) with { Asked = PcrSelectionList.Of(all with { Mask = 0x1_ffff }) }, "pcrs-not-covered");
        yield return ("Q12 A1 PCR 16 in place of 4, by a TPM", Relabelled, "bank-duplicated");
        yield return ("Q12 same bank twice", Selecting(all, new(AlgorithmId.Sha256, 1 << 16)), "bank-duplicated");
        yield return ("Q12 same bank twice, same PCRs", Selecting(all, all), "bank-duplicated");
        yield return ("Q13 another order", Selecting(sha384, all) with { Asked = PcrSelectionList.Of(all, sha384) }, "pcr-selection-not-as-asked");
        yield return ("Q13 more than asked", Selecting(all) with { Asked = PcrSelectionList.Of(all with { Mask = 0xff }) }, "pcr-selection-not-as-asked");
        yield return ("Q13 PCR 24", Selecting(new PcrSelection(AlgorithmId.Sha256, 0x100_0000, 4)), "pcr-selection-malformed");
        yield return ("Q13 select size 1", Selecting(new PcrSelection(AlgorithmId.Sha256, 0xff, 1)), "pcr-selection-malformed");
        yield return ("Q13 select size 4", Selecting(new PcrSelection(AlgorithmId.Sha256, 0xff, 4)), "pcr-selection-malformed");
        yield return ("Q13 select size 0", Patched(SelectSize, [0]), "quote-malformed");
        yield return ("Q13 select size 255", Patched(SelectSize, [255]), "quote-malformed");
        yield return ("Q13 unknown bank", Patched(SelectSize - 2, [0x7f, 0x7f]), "quote-malformed");
        yield return ("Q15 SM3 bank only", Patched(SelectSize - 2, [0x00, 0x12]), "bank-not-allowed");
        yield return ("Q22 4 G selections", Patched(SelectSize - 6, [0xff, 0xff, 0xff, 0xff]), "quote-malformed");
        yield return ("Q22 5,000 selections", QuoteFiles.Forged(ManySelections(5000)), "quote-malformed");
        yield return ("Q22 17 selections", QuoteFiles.Forged(ManySelections(17)), "quote-malformed");
    }

    private static IEnumerable<(string Id, ToolQuoteInput Input, string Code)> Values()
    {
        var good = QuoteFiles.Genuine();
        yield return ("Q17 one PCR changed", good with { PcrFile = QuoteFiles.Flip(good.PcrFile!, 150) }, "pcr-digest-mismatch");
        yield return ("Q17 values of other PCRs", good with { PcrFile = QuoteFiles.Genuine(quote: "multi").PcrFile }, "pcr-digest-mismatch");
        yield return ("Q17 bare values, one changed", QuoteFiles.Forged(QuoteFiles.Statement()) with { PcrFile = [.. new byte[511], 1] }, "pcr-digest-mismatch");
        var quote = (QuoteBody)QuoteFiles.Statement().Body;
        var sha384 = quote with { PcrDigest = SHA384.HashData(new byte[512]) };
        yield return ("Q16 digest by SHA-384, signature by SHA-256", QuoteFiles.Forged(QuoteFiles.Statement(sha384)), "pcr-digest-mismatch");
        var sha3 = quote with { PcrDigest = SHA512.HashData(new byte[512])[..32] };
        yield return ("Q16 digest by another hash of that length", QuoteFiles.Forged(QuoteFiles.Statement(sha3)) with { PcrFile = new byte[512] }, "pcr-digest-mismatch");
    }

    private static IEnumerable<(string Id, ToolQuoteInput Input, string Code)> Keys()
    {
        foreach (var flag in new[] { ObjectAttributes.Restricted, ObjectAttributes.Sign, ObjectAttributes.FixedTpm, ObjectAttributes.FixedParent, ObjectAttributes.SensitiveDataOrigin })
        {
            yield return ($"K01 without {flag}", QuoteFiles.Forged(QuoteFiles.Statement(), Without(flag)), "ak-attributes-refused");
        }

        var area = QuoteFiles.RsaArea;
        var rsa = (RsaParameters)area.Parameters;
        yield return ("K01 can decrypt", With(area with { Attributes = area.Attributes | ObjectAttributes.Decrypt }), "ak-attributes-refused");
        yield return ("K02 no scheme", With(area with { Parameters = rsa with { Scheme = new(AlgorithmId.Null, AlgorithmId.Null) } }), "ak-scheme-refused");
        yield return ("K02 SHA-1", With(area with { Parameters = rsa with { Scheme = new(AlgorithmId.RsaSsa, AlgorithmId.Sha1) } }), "ak-scheme-refused");
        yield return ("K02 name by SHA-1", With(area with { NameAlgorithm = AlgorithmId.Sha1 }), "ak-scheme-refused");
        yield return ("Q21 RSA-1024", With(area with { Parameters = rsa with { KeyBits = 1024 }, Unique = new BytesUnique([.. ((BytesUnique)area.Unique).Value[..127], 1]) }), "ak-malformed");
        yield return ("Q21 modulus 0", With(area with { Unique = new BytesUnique(new byte[256]) }), "ak-malformed");
        yield return ("Q21 e = 1", With(area with { Parameters = rsa with { Exponent = 1 } }), "ak-malformed");
        yield return ("Q21 e even", With(area with { Parameters = rsa with { Exponent = 65_536 } }), "ak-malformed");

        var point = new EccUnique(new byte[32], new byte[32]);
        var ecc = KeyTemplates.AkEcdsaP256 with { Unique = point };
        var curve = (EccParameters)ecc.Parameters;
        yield return ("Q20 A10 point at infinity", With(ecc), "ak-malformed");
        yield return ("Q20 A10 no point", With(ecc with { Unique = new EccUnique([], []) }), "ak-malformed");
        yield return ("Q20 A10 point not on the curve", With(ecc with { Unique = new EccUnique([.. new byte[31], 1], [.. new byte[31], 1]) }), "ak-malformed");
        yield return ("Q20 A10 BN_P256", With(ecc with { Parameters = curve with { Curve = EccCurve.BnP256 } }), "ak-malformed");
        yield return ("Q20 A10 P-224", With(ecc with { Parameters = curve with { Curve = EccCurve.NistP224 } }), "ak-malformed");
        yield return ("Q20 A10 unknown curve", With(ecc with { Parameters = curve with { Curve = (EccCurve)0x99 } }), "ak-malformed");
        yield return ("Q19 a key that does not sign in public", QuoteFiles.Genuine() with { Key = TestData.Bytes("swtpm", "ek_rsa.tpm2b_public") }, "ak-attributes-refused");
    }

    private static ToolQuoteInput With(PublicArea area) => QuoteFiles.Forged(QuoteFiles.Statement(), area);

    private static PublicArea Without(ObjectAttributes flag) => QuoteFiles.RsaArea with { Attributes = QuoteFiles.RsaArea.Attributes & ~flag };

    private static ToolQuoteInput Selecting(params PcrSelection[] selections) => QuoteFiles.Forged(QuoteFiles.Statement(QuoteFiles.Quote(selections)));

    private static ToolQuoteInput ByATpm(string attack) => new()
    {
        Key = TestData.Bytes("attacks", "ak.tpm2b_public"),
        Message = TestData.Bytes("attacks", $"{attack}.msg"),
        Signature = TestData.Bytes("attacks", $"{attack}.sig"),
    };

    private static ToolQuoteInput Relabelled => new()
    {
        Key = TestData.Bytes("swtpm", "attack_relabel.ak.pub"),
        Message = TestData.Bytes("swtpm", "attack_relabel.q.msg"),
        Signature = TestData.Bytes("swtpm", "attack_relabel.q.sig"),
        PcrFile = TestData.Bytes("swtpm", "attack_relabel.q.values"),
        Nonce = QuoteFiles.Nonce,
    };

    private static ToolQuoteInput Patched(int fromEnd, byte[] bytes)
    {
        var message = TpmWire.ToBytes(QuoteFiles.Statement());
        bytes.CopyTo(message, message.Length + fromEnd);
        return QuoteFiles.Forged(message);
    }

    private static byte[] ManySelections(int count)
    {
        var message = TpmWire.ToBytes(QuoteFiles.Statement());
        var at = message.Length + SelectSize - 2;
        byte[] many = [.. message[..at], .. Enumerable.Repeat(message[at..(at + 6)], count).SelectMany(selection => selection), .. message[(at + 6)..]];
        BinaryPrimitives.WriteInt32BigEndian(many.AsSpan(at - 4), count);
        return many;
    }

    private static byte[] Ecdsa(byte[] r, byte[] s) => [0x00, 0x18, 0x00, 0x0b, 0, (byte)r.Length, .. r, 0, (byte)s.Length, .. s];

    // From the end of a statement of one bank: the digest with its size, the bitmap, the size of the bitmap.
    private const int SelectSize = -(2 + 32 + 3 + 1);

    private static readonly byte[] P256Order = Convert.FromHexString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
}
