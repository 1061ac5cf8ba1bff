using System.Text.Json;
using Shype.Attest.Appraisal.ToolQuote;
using Shype.Attest.Testing;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>Quotes in the files of tpm2-tools that must be verified.</summary>
public sealed class ToolQuoteTests
{
    public static TheoryData<string, string> Genuine => new(
        from kind in new[] { "rsassa", "rsapss", "ecdsa", "ecdsa384" }
        from quote in new[] { "quote", "multi" }
        select (kind, quote));

    [Theory]
    [MemberData(nameof(Genuine))]
    public void A_genuine_quote_is_verified_with_its_values(string kind, string quote)
    {
        var verdict = ToolQuoteAppraiser.Appraise(QuoteFiles.Genuine(kind, quote));
        Assert.Empty(verdict.Findings);
        Assert.True(verdict.IsVerified);
        Assert.Equal(quote == "quote" ? 24 : 11, verdict.Pcrs![AlgorithmId.Sha256].Count);
        Assert.Equal(TestData.Bytes("swtpm", $"ak_{kind}.name"), verdict.KeyName!.Bytes.ToArray());
        Assert.DoesNotContain(ToolQuoteNote.KeyAttributesUnknown, verdict.Notes);
    }

    [Theory]
    [InlineData("rsassa")]
    [InlineData("rsapss")]
    [InlineData("ecdsa")]
    [InlineData("ecdsa384")]
    public void Plain_signatures_and_bare_values_are_read_with_either_form_of_the_key(string kind)
    {
        foreach (var key in new[] { "tpm2b_public", "pem" })
        {
            var verdict = ToolQuoteAppraiser.Appraise(Selected(kind) with { Key = TestData.Bytes("swtpm", $"ak_{kind}.{key}") });
            Assert.Empty(verdict.Findings);
            Assert.Equal([0, 7, 23], verdict.Pcrs![AlgorithmId.Sha256].Keys);
            Assert.Equal(key == "pem", verdict.Notes.Contains(ToolQuoteNote.KeyAttributesUnknown));
            Assert.Equal(key == "pem", verdict.Notes.Contains(ToolQuoteNote.PlainHashAssumed));
        }
    }

    [Fact]
    public void A_plain_signature_of_another_hash_than_was_said_is_refused() =>
        Assert.Contains("quote-signature-invalid", QuoteFiles.Codes(
            Selected("ecdsa384") with { Key = TestData.Bytes("swtpm", "ak_ecdsa384.pem"), PlainHash = AlgorithmId.Sha256 }));

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha384")]
    public void A_cloud_machines_quote_is_verified_with_its_values(string bank) => Assert.Empty(QuoteFiles.Codes(Cloud(bank)));

    [Fact]
    public void Q15_nothing_but_a_SHA_1_bank_is_refused_unless_somebody_says_unsafe()
    {
        Assert.Equal(["bank-not-allowed"], QuoteFiles.Codes(Cloud("sha1")));
        Assert.Empty(QuoteFiles.Codes(Cloud("sha1") with { UnsafeAcceptSha1Banks = true }));
        Assert.Contains(ToolQuoteNote.Sha1Bank, ToolQuoteAppraiser.Appraise(QuoteFiles.Genuine(quote: "multi")).Notes);
    }

    [Fact]
    public void An_older_toolss_quote_is_verified()
    {
        var input = new ToolQuoteInput
        {
            Key = TestData.Bytes("attestation", "keylime_ak.pub"),
            Message = TestData.Bytes("attestation", "keylime_quote.out"),
            Signature = TestData.Bytes("attestation", "keylime_quotesig.out"),
            PcrFile = TestData.Bytes("attestation", "keylime_quotepcr.out"),
            Asked = PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 15, 16, 22)),
        };
        Assert.Empty(QuoteFiles.Codes(input));
        Assert.Equal([ToolQuoteNote.NonceNotChecked, ToolQuoteNote.ResettablePcrs], ToolQuoteAppraiser.Appraise(input).Notes);
        Assert.Empty(QuoteFiles.Codes(input with { Key = TestData.Bytes("attestation", "keylime_akpub.pem") }));
    }

    [Fact]
    public void What_was_not_checked_is_said()
    {
        var input = QuoteFiles.Genuine() with { Nonce = null, PcrFile = null };
        Assert.Equal(
            [ToolQuoteNote.NonceNotChecked, ToolQuoteNote.SelectionNotChecked, ToolQuoteNote.PcrValuesNotChecked, ToolQuoteNote.ResettablePcrs],
            ToolQuoteAppraiser.Appraise(input).Notes);
    }

    [Fact]
    public void A_statement_forged_by_a_restricted_key_would_pass_so_the_forgeries_of_the_attack_tests_fail_for_their_reason() =>
        Assert.Empty(QuoteFiles.Codes(QuoteFiles.Forged(QuoteFiles.Statement()) with { PcrFile = new byte[512], Asked = Sixteen }));

    [Fact]
    public void Every_check_that_fails_is_listed_failures_of_an_unverified_statement_too()
    {
        var statement = QuoteFiles.Statement(QuoteFiles.Quote(new(AlgorithmId.Sha256, 1), new(AlgorithmId.Sha256, 2))) with { Magic = 1 };
        var input = QuoteFiles.Forged(statement, QuoteFiles.RsaArea with { Attributes = QuoteFiles.RsaArea.Attributes & ~ObjectAttributes.Restricted });
        input = input with { Signature = QuoteFiles.Flip(input.Signature, 100), Nonce = [1], PcrFile = [.. new byte[63], 1], Asked = Sixteen };
        Assert.Equal(
            [
                "quote-signature-invalid", "quote-not-made-by-tpm", "nonce-mismatch", "pcrs-not-covered", "bank-duplicated", "pcr-selection-not-as-asked",
                "pcr-values-malformed", "ak-attributes-refused",
            ],
            QuoteFiles.Codes(input));
    }

    private static PcrSelectionList Sixteen => PcrSelectionList.Of(new PcrSelection(AlgorithmId.Sha256, 0xffff));

    private static ToolQuoteInput Selected(string kind) => new()
    {
        Key = TestData.Bytes("swtpm", $"ak_{kind}.tpm2b_public"),
        Message = TestData.Bytes("swtpm", $"ak_{kind}.sel.msg"),
        Signature = TestData.Bytes("swtpm", $"ak_{kind}.sel.plain.sig"),
        Nonce = QuoteFiles.Nonce,
        PcrFile = TestData.Bytes("swtpm", $"ak_{kind}.sel.pcrvalues"),
        Asked = PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0, 7, 23)),
    };

    private static ToolQuoteInput Cloud(string bank)
    {
        using var values = JsonDocument.Parse(TestData.Bytes("attestation", $"gce-cos-85-nonce9009.{bank}.pcrs.json"));
        return new ToolQuoteInput
        {
            Key = TestData.Bytes("attestation", "gce-cos-85-nonce9009.ak.tpmt_public"),
            Message = TestData.Bytes("attestation", $"gce-cos-85-nonce9009.{bank}.msg"),
            Signature = TestData.Bytes("attestation", $"gce-cos-85-nonce9009.{bank}.sig"),
            Nonce = [0x90, 0x09],
            PcrFile = [.. Enumerable.Range(0, 24).SelectMany(pcr => Convert.FromHexString(values.RootElement.GetProperty($"{pcr}").GetString()!))],
        };
    }
}
