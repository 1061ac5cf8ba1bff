using System.Security.Cryptography;
using Shype.Attest.Appraisal.ToolQuote;
using Shype.Attest.Testing;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>Quotes in files: genuine ones that tpm2-tools wrote, and forged ones by a key that signs whatever it is given.</summary>
internal static class QuoteFiles
{
    private static readonly RSA Rsa = RSA.Create(2048);

    public static readonly byte[] Nonce = Convert.FromHexString(TestData.Text("swtpm", "nonce.hex"));

    public static readonly PublicArea RsaArea = KeyTemplates.AkRsaSsa2048 with { Unique = new BytesUnique(Rsa.ExportParameters(false).Modulus!) };

    /// <summary>A genuine quote: "rsassa", "rsapss", "ecdsa" or "ecdsa384".</summary>
    public static ToolQuoteInput Genuine(string kind = "rsassa", string quote = "quote") => new()
    {
        Key = TestData.Bytes("swtpm", $"ak_{kind}.tpm2b_public"),
        Message = TestData.Bytes("swtpm", $"ak_{kind}.{quote}.msg"),
        Signature = TestData.Bytes("swtpm", $"ak_{kind}.{quote}.sig"),
        Nonce = Nonce,
        PcrFile = TestData.Bytes("swtpm", $"ak_{kind}.{quote}.pcrs"),
    };

    /// <summary>A statement as a TPM would make it, over sixteen zero PCRs.</summary>
    public static Attestation Statement(AttestBody? body = null) => new(
        Attestation.GeneratedValue,
        body switch
        {
            null or QuoteBody => StructureTag.AttestQuote,
            CertifyBody => StructureTag.AttestCertify,
            CreationBody => StructureTag.AttestCreation,
            TimeBody => StructureTag.AttestTime,
            NvBody => StructureTag.AttestNv,
            NvDigestBody => StructureTag.AttestNvDigest,
            SessionAuditBody => StructureTag.AttestSessionAudit,
            _ => StructureTag.AttestCommandAudit,
        },
        TpmName.Of(RsaArea),
        Nonce,
        Clock,
        1,
        body ?? Quote(new PcrSelection(AlgorithmId.Sha256, 0xffff)));

    public static ClockInfo Clock { get; } = new(1000, 1, 0, true);

    public static QuoteBody Quote(params PcrSelection[] selections) => new(
        new PcrSelectionList(selections), SHA256.HashData(new byte[selections.Sum(selection => selection.Count * selection.Bank.DigestSize())]));

    public static ToolQuoteInput Forged(Attestation statement, PublicArea? key = null) => Forged(TpmWire.ToBytes(statement), key);

    /// <summary>Bytes signed by the forger's RSA key, which shows itself with this public area.</summary>
    public static ToolQuoteInput Forged(byte[] message, PublicArea? key = null) => new()
    {
        Key = TpmWire.ToBytes(key ?? RsaArea),
        Message = message,
        Signature = TpmWire.ToBytes<Signature>(
            new RsaSignature(AlgorithmId.RsaSsa, AlgorithmId.Sha256, Rsa.SignData(message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))),
        Nonce = Nonce,
    };

    public static string[] Codes(ToolQuoteInput input) => [.. ToolQuoteAppraiser.Appraise(input).Findings.Select(finding => finding.Kind.Text)];

    public static byte[] Flip(byte[] bytes, int at, int bit = 0)
    {
        var flipped = (byte[])bytes.Clone();
        flipped[at] ^= (byte)(1 << bit);
        return flipped;
    }
}
