using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Shype.Attest.Testing;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Files;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Xunit;

namespace Shype.Attest.UnitTests.Tpm;

/// <summary>What TPMs and tools of others made is read, verified, and written back to the same bytes.</summary>
public sealed class StrangersTests
{
    private static readonly byte[] Nonce = Convert.FromHexString(TestData.Text("swtpm", "nonce.hex").Trim());

    public static TheoryData<string, string, string> Quotes
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var key in (string[])["ak_rsassa", "ak_rsapss", "ak_ecdsa", "ak_ecdsa384"])
            {
                data.Add(key, "quote", "sha256:" + string.Join(',', Enumerable.Range(0, 24)));
                data.Add(key, "multi", "sha1:0,1,2,3,4,5,6,7+sha256:0,1,2,3,4,5,6,7,8,9,14");
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Quotes))]
    public void Quotes_of_tpm2_tools_verify_and_their_PCR_files_give_the_signed_digest(string keyName, string quoteName, string selection)
    {
        using var key = Key("swtpm", $"{keyName}.tpm2b_public").Key;
        var signature = TpmWire.Parse<Signature>(TestData.Bytes("swtpm", $"{keyName}.{quoteName}.sig"));
        var check = QuoteVerifier.Check(key, TestData.Bytes("swtpm", $"{keyName}.{quoteName}.msg"), signature);
        Assert.True(check.IsVerified, check.Problem?.Problem);
        var body = Assert.IsType<QuoteBody>(check.Quote.Value.Body);
        Assert.Equal(Nonce, check.Quote.Value.ExtraData);
        Assert.Equal(selection, body.Selections.ToString());

        Assert.True(ToolPcrFile.TryRead(TestData.Bytes("swtpm", $"{keyName}.{quoteName}.pcrs"), out var pcrs, out var problem), problem?.Problem);
        Assert.Equal(body.Selections, pcrs.Selections);
        Assert.Equal(body.PcrDigest, PcrComposite.Digest(HashOf(signature), body.Selections, pcrs.Value));
    }

    [Theory]
    [InlineData("ak_rsassa", 256)]
    [InlineData("ak_rsapss", 256)]
    [InlineData("ak_ecdsa", 256)]
    [InlineData("ak_ecdsa384", 384)]
    public void Plain_signatures_and_bare_values_of_tpm2_tools_verify(string keyName, int bits)
    {
        using var key = Key("swtpm", $"{keyName}.tpm2b_public").Key;
        Assert.True(ToolSignature.TryReadPlain(TestData.Bytes("swtpm", $"{keyName}.sel.plain.sig"), key, AlgorithmId.Error, out var signature, out _));
        var check = QuoteVerifier.Check(key, TestData.Bytes("swtpm", $"{keyName}.sel.msg"), signature);
        Assert.True(check.IsVerified, check.Problem?.Problem);
        var body = (QuoteBody)check.Quote.Value.Body;
        Assert.Equal(PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0, 7, 23)), body.Selections);

        Assert.True(ToolPcrFile.TryReadValues(TestData.Bytes("swtpm", $"{keyName}.sel.pcrvalues"), body.Selections, out var pcrs, out _));
        Assert.Equal(body.PcrDigest, PcrComposite.Digest(bits == 256 ? AlgorithmId.Sha256 : AlgorithmId.Sha384, body.Selections, pcrs.Value));
    }

    [Theory]
    [InlineData("ak_rsassa", AlgorithmId.RsaSsa)]
    [InlineData("ak_rsapss", AlgorithmId.RsaPss)]
    [InlineData("ak_ecdsa", AlgorithmId.Ecdsa)]
    [InlineData("ak_ecdsa384", AlgorithmId.Ecdsa)]
    public void K03_keys_of_tpm2_tools_have_the_name_that_the_tools_computed_and_the_PEM_is_the_same_key(string keyName, AlgorithmId scheme)
    {
        var file = TestData.Bytes("swtpm", $"{keyName}.tpm2b_public");
        var key = Key("swtpm", $"{keyName}.tpm2b_public");
        Assert.Equal(scheme, key.Key.FixedScheme);
        Assert.Equal(TpmWire.Parse<TpmName>(TestData.Bytes("swtpm", $"{keyName}.name")), TpmName.Of(key.Area!));
        Assert.Equal(file, TpmWire.ToSizedBytes(key.Area!));
        Assert.True(ToolPublicKey.TryRead(file.AsSpan(2), out var tpmt, out _));
        Assert.Equal(key.Area, tpmt.Area);

        var pem = Key("swtpm", $"{keyName}.pem");
        Assert.Null(pem.Area);
        Assert.Null(pem.Key.FixedHash);
        Assert.Equal(SignatureOutcome.Valid, pem.Key.Verify(
            TestData.Bytes("swtpm", $"{keyName}.quote.msg"), TpmWire.Parse<Signature>(TestData.Bytes("swtpm", $"{keyName}.quote.sig"))));
    }

    [Theory]
    [InlineData("ek_rsa.tpm2b_public")]
    [InlineData("ek_ecc.tpm2b_public")]
    public void Endorsement_keys_of_tpm2_tools_are_of_the_profiles_templates(string file)
    {
        Assert.True(ToolPublicKey.TryReadArea(TestData.Bytes("swtpm", file), out var ek, out _));
        Assert.True(KeyTemplates.IsEkTemplate(ek));
        Assert.False(KeyTemplates.IsEkTemplate(ek with { Attributes = ek.Attributes | ObjectAttributes.UserWithAuth }));
        Assert.False(KeyTemplates.IsEkTemplate(ek with { AuthPolicy = [] }));
    }

    [Theory]
    [InlineData("swtpm", "cred_rsa.blob", 32, 32)]
    [InlineData("attestation", "keylime_mkcred.out", 32, 9)]
    public void Credential_files_of_tpm2_makecredential_are_read_and_written(string family, string file, int hmac, int secret)
    {
        var bytes = TestData.Bytes(family, file);
        Assert.True(ToolCredential.TryRead(bytes, out var credential, out var problem), problem?.Problem);
        var idObject = TpmWire.ParseSized<IdObject>(credential.IdObject);
        Assert.Equal((hmac, secret + 2), (idObject.Integrity.Length, idObject.EncryptedIdentity.Length));
        Assert.Equal(bytes, ToolCredential.Write(credential));
    }

    [Fact]
    public void Keylimes_files_verify_and_agree()
    {
        var ak = Key("attestation", "keylime_ak.pub");
        Assert.Equal(TestData.Bytes("attestation", "keylime_ak.name"), TpmName.Of(ak.Area!).Bytes.ToArray());
        Assert.True(ToolPublicKey.TryReadArea(TestData.Bytes("attestation", "keylime_ek.pub"), out var ek, out _));
        Assert.True(KeyTemplates.IsEkTemplate(ek));
        var signature = TpmWire.Parse<Signature>(TestData.Bytes("attestation", "keylime_quotesig.out"));
        foreach (var key in (VerificationKey[])[ak.Key, Key("attestation", "keylime_akpub.pem").Key])
        {
            var check = QuoteVerifier.Check(key, TestData.Bytes("attestation", "keylime_quote.out"), signature);
            Assert.True(check.IsVerified, check.Problem?.Problem);
            var body = (QuoteBody)check.Quote.Value.Body;
            Assert.Equal("sha256:15,16,22", body.Selections.ToString());
            Assert.True(ToolPcrFile.TryRead(TestData.Bytes("attestation", "keylime_quotepcr.out"), out var pcrs, out var problem), problem?.Problem);
            Assert.Equal(body.PcrDigest, PcrComposite.Digest(AlgorithmId.Sha256, body.Selections, pcrs.Value));
        }
    }

    [Theory]
    [InlineData("sha1", AlgorithmId.Sha1)]
    [InlineData("sha256", AlgorithmId.Sha256)]
    [InlineData("sha384", AlgorithmId.Sha384)]
    public void Quotes_of_a_cloud_VM_verify_over_its_PCRs(string bank, AlgorithmId algorithm)
    {
        const string prefix = "gce-cos-85-nonce9009";
        using var key = Key("attestation", prefix + ".ak.tpmt_public").Key;
        var signature = TpmWire.Parse<Signature>(TestData.Bytes("attestation", $"{prefix}.{bank}.sig"));
        var check = QuoteVerifier.Check(key, TestData.Bytes("attestation", $"{prefix}.{bank}.msg"), signature);
        Assert.True(check.IsVerified, check.Problem?.Problem);
        Assert.Equal([0x90, 0x09], check.Quote.Value.ExtraData);
        var pcrs = JsonSerializer.Deserialize<Dictionary<string, string>>(TestData.Text("attestation", $"{prefix}.{bank}.pcrs.json"))!
            .ToDictionary(pair => int.Parse(pair.Key, System.Globalization.CultureInfo.InvariantCulture), pair => Convert.FromHexString(pair.Value));
        var body = (QuoteBody)check.Quote.Value.Body;
        Assert.Equal(algorithm, Assert.Single(body.Selections.Selections).Bank);
        Assert.Equal(body.PcrDigest, PcrComposite.Digest(AlgorithmId.Sha256, body.Selections, (_, pcr) => pcrs[pcr]));

        using var certificate = X509CertificateLoader.LoadCertificate(TestData.Bytes("attestation", prefix + ".ak.crt.der"));
        Assert.True(VerificationKey.TryFromSpki(certificate.PublicKey.ExportSubjectPublicKeyInfo(), out var certified, out _));
        Assert.Equal(SignatureOutcome.Valid, certified.Verify(TestData.Bytes("attestation", $"{prefix}.{bank}.msg"), signature));
    }

    [Theory]
    [InlineData("fido2_attestationTPMSHA256Response.json", SignatureOutcome.Valid)]
    [InlineData("fido2_attestationTPMSHA1Response.json", SignatureOutcome.AlgorithmNotAllowed)]
    public void Windows_TPMs_certify_a_key_whose_name_we_compute(string file, SignatureOutcome outcome)
    {
        var statement = WebAuthnStatement(file);
        var certInfo = (byte[])statement["certInfo"];
        var attestation = TpmWire.Parse<Attestation>(certInfo);
        Assert.Equal(Attestation.GeneratedValue, attestation.Magic);
        Assert.Equal(certInfo, TpmWire.ToBytes(attestation));
        var area = TpmWire.Parse<PublicArea>((byte[])statement["pubArea"]);
        Assert.Equal((byte[])statement["pubArea"], TpmWire.ToBytes(area));
        Assert.Equal(TpmName.Of(area), Assert.IsType<CertifyBody>(attestation.Body).Name);

        using var certificate = X509CertificateLoader.LoadCertificate((byte[])statement["x5c"]);
        Assert.True(VerificationKey.TryFromSpki(certificate.PublicKey.ExportSubjectPublicKeyInfo(), out var key, out _));
        var hash = (long)statement["alg"] == -257 ? AlgorithmId.Sha256 : AlgorithmId.Sha1;
        Assert.Equal(outcome, key.Verify(certInfo, new RsaSignature(AlgorithmId.RsaSsa, hash, (byte[])statement["sig"])));
        if (outcome == SignatureOutcome.Valid)
        {
            var check = QuoteVerifier.Check(key, certInfo, new RsaSignature(AlgorithmId.RsaSsa, hash, (byte[])statement["sig"]));
            Assert.Equal((QuoteProblemCode.WrongType, StructureTag.AttestCertify), (check.Problem!.Code, check.Problem.Type));
        }
    }

    // PolicyA of the EK profile is TPM2_PolicySecret(TPM_RH_ENDORSEMENT) on a fresh policy: H(H(zeros ‖ TPM_CC_PolicySecret ‖ handle) ‖ empty reference).
    [Fact]
    public void The_low_range_template_asks_for_the_endorsement_hierarchys_secret()
    {
        byte[] first = SHA256.HashData([.. new byte[32], 0x00, 0x00, 0x01, 0x51, 0x40, 0x00, 0x00, 0x0b]);
        Assert.Equal(SHA256.HashData(first), KeyTemplates.EkRsa2048.AuthPolicy);
        Assert.Equal(SHA256.HashData(first), KeyTemplates.EkEccP256.AuthPolicy);
    }

    internal static ToolPublicKey Key(string family, string file) =>
        ToolPublicKey.TryRead(TestData.Bytes(family, file), out var key, out var problem) ? key : throw new InvalidDataException($"{file}: {problem}");

    private static AlgorithmId HashOf(Signature signature) => signature is RsaSignature rsa ? rsa.Hash : ((EcdsaSignature)signature).Hash;

    private static Dictionary<string, object> WebAuthnStatement(string file)
    {
        using var json = JsonDocument.Parse(TestData.Text("attestation", file));
        var reader = new CborReader(System.Buffers.Text.Base64Url.DecodeFromChars(json.RootElement.GetProperty("response").GetProperty("attestationObject").GetString()), CborConformanceMode.Lax);
        var statement = new Dictionary<string, object>();
        for (reader.ReadStartMap(); reader.PeekState() != CborReaderState.EndMap;)
        {
            if (reader.ReadTextString() != "attStmt")
            {
                reader.SkipValue();
                continue;
            }

            for (reader.ReadStartMap(); reader.PeekState() != CborReaderState.EndMap;)
            {
                statement[reader.ReadTextString()] = ReadValue(reader);
            }

            reader.ReadEndMap();
        }

        return statement;
    }

    private static object ReadValue(CborReader reader)
    {
        switch (reader.PeekState())
        {
            case CborReaderState.NegativeInteger:
                return reader.ReadInt64();
            case CborReaderState.TextString:
                return reader.ReadTextString();
            case CborReaderState.ByteString:
                return reader.ReadByteString();
            default:
                reader.ReadStartArray();
                var first = reader.ReadByteString();
                while (reader.PeekState() != CborReaderState.EndArray)
                {
                    reader.SkipValue();
                }

                reader.ReadEndArray();
                return first;
        }
    }
}
