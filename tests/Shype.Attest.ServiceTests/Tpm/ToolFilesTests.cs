using System.Runtime.Versioning;
using System.Security.Cryptography;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Files;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Shype.Attest.TpmSim;
using Shype.Attest.TpmSim.Emulation;
using Xunit;

namespace Shype.Attest.ServiceTests.Tpm;

/// <summary>tpm2-tools on a real emulator: what they write is read and verified here, and the TPM opens what is made here.</summary>
[SupportedOSPlatform("linux")]
public sealed class ToolFilesTests : IDisposable
{
    private const string Nonce = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private readonly ScratchFolder _scratch = new();
    private readonly Emulator _tpm;

    public ToolFilesTests() => _tpm = Emulator.Start(new EmulatorOptions { Folder = _scratch["tpm"], Patience = TimeSpan.FromSeconds(30) });

    public void Dispose()
    {
        _tpm.Dispose();
        _scratch.Dispose();
    }

    [Theory]
    [InlineData("rsa", "rsa", "rsassa", "sha256", AlgorithmId.RsaSsa, AlgorithmId.Sha256)]
    [InlineData("rsa", "rsa", "rsapss", "sha256", AlgorithmId.RsaPss, AlgorithmId.Sha256)]
    [InlineData("ecc", "ecc", "ecdsa", "sha256", AlgorithmId.Ecdsa, AlgorithmId.Sha256)]
    [InlineData("ecc", "ecc384", "ecdsa", "sha384", AlgorithmId.Ecdsa, AlgorithmId.Sha384)]
    public async Task Keys_and_quotes_of_the_tools_verify(string ekType, string akType, string scheme, string hash, AlgorithmId schemeId, AlgorithmId hashId)
    {
        await MakeKeys(ekType, akType, scheme, hash);
        await Run("tpm2_pcrextend", "16:sha256=" + new string('a', 64), "10:sha1=" + new string('b', 40));
        await Run("tpm2_flushcontext", "-t");
        await Run("tpm2_quote", "-c", _scratch["ak.ctx"], "-l", "sha256:0,10,16+sha1:10", "-q", Nonce, "-m", _scratch["q.msg"], "-s", _scratch["q.sig"], "-o", _scratch["q.pcrs"], "-g", hash, "--scheme", scheme);
        await Run("tpm2_quote", "-c", _scratch["ak.ctx"], "-l", "sha256:0,10,16+sha1:10", "-q", Nonce, "-m", _scratch["v.msg"], "-s", _scratch["v.sig"], "-f", "plain", "-o", _scratch["v.pcrs"], "-F", "values", "-g", hash, "--scheme", scheme);

        var ak = Key("ak.pub");
        Assert.Equal((schemeId, hashId), (ak.Key.FixedScheme, ak.Key.FixedHash));
        var name = TpmName.Of(ak.Area!);
        Assert.Equal(File.ReadAllBytes(_scratch["ak.name"]), name.Bytes.ToArray());

        // The EK is under the endorsement hierarchy, the AK under the EK.
        var ekQualified = TpmName.QualifiedName(TpmName.OfHandle(Handle.Endorsement), TpmName.Of(Key("ek.pub").Area!));
        var qualified = TpmName.QualifiedName(ekQualified, name);
        Assert.Equal(File.ReadAllBytes(_scratch["ak.qname"]), qualified.Bytes.ToArray());

        Assert.True(ToolSignature.TryRead(File.ReadAllBytes(_scratch["q.sig"]), out var signature, out _));
        Assert.True(ToolPcrFile.TryRead(File.ReadAllBytes(_scratch["q.pcrs"]), out var pcrs, out var problem), problem?.Problem);
        AssertQuote("q.msg", signature, pcrs);
        Assert.True(ToolSignature.TryReadPlain(File.ReadAllBytes(_scratch["v.sig"]), ak.Key, AlgorithmId.Error, out var plain, out _));
        Assert.True(ToolPcrFile.TryReadValues(File.ReadAllBytes(_scratch["v.pcrs"]), pcrs.Selections, out var values, out problem), problem?.Problem);
        AssertQuote("v.msg", plain, values);

        void AssertQuote(string file, Signature signature, ToolPcrFile pcrs)
        {
            var check = QuoteVerifier.Check(ak.Key, File.ReadAllBytes(_scratch[file]), signature);
            Assert.True(check.IsVerified, check.Problem?.Problem);
            var body = (QuoteBody)check.Quote.Value.Body;
            Assert.Equal(PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0, 10, 16), PcrSelection.Of(AlgorithmId.Sha1, 10)), body.Selections);
            Assert.Equal(Convert.FromHexString(Nonce), check.Quote.Value.ExtraData);
            Assert.Equal(qualified, check.Quote.Value.QualifiedSigner);
            Assert.Equal(body.PcrDigest, PcrComposite.Digest(hashId, body.Selections, pcrs.Value));
            Assert.True(pcrs.Value(AlgorithmId.Sha256, 16).ContainsAnyExcept((byte)0));
            Assert.True(pcrs.Value(AlgorithmId.Sha256, 1).IsEmpty);
        }
    }

    [Fact]
    public async Task All_PCRs_of_two_banks_come_in_several_lists_and_in_order()
    {
        await MakeKeys("rsa", "rsa", "rsassa", "sha256");
        await Run("tpm2_quote", "-c", _scratch["ak.ctx"], "-l", "sha1:all+sha256:all", "-m", _scratch["q.msg"], "-s", _scratch["q.sig"], "-o", _scratch["q.pcrs"], "-g", "sha256");
        Assert.True(ToolPcrFile.TryRead(File.ReadAllBytes(_scratch["q.pcrs"]), out var pcrs, out var problem), problem?.Problem);
        Assert.Equal(48, pcrs.Selections.PcrCount);
        var attestation = TpmWire.Parse<Attestation>(File.ReadAllBytes(_scratch["q.msg"]));
        var body = (QuoteBody)attestation.Body;
        Assert.Equal(body.PcrDigest, PcrComposite.Digest(AlgorithmId.Sha256, body.Selections, pcrs.Value));
    }

    [Theory]
    [InlineData("rsa", "rsa", "rsassa", "sha256")]
    [InlineData("ecc", "ecc", "ecdsa", "sha256")]
    [InlineData("ecc", "ecc384", "ecdsa", "sha384")]
    public async Task The_TPM_opens_credentials_that_are_made_here_and_only_for_the_key_they_name(string ekType, string akType, string scheme, string hash)
    {
        await MakeKeys(ekType, akType, scheme, hash);
        Assert.True(ToolPublicKey.TryReadArea(File.ReadAllBytes(_scratch["ek.pub"]), out var ek, out _));
        Assert.True(KeyTemplates.IsEkTemplate(ek));
        var name = TpmWire.Parse<TpmName>(File.ReadAllBytes(_scratch["ak.name"]));
        foreach (var size in (int[])[1, 16, 31, 32])
        {
            var secret = RandomNumberGenerator.GetBytes(size);
            File.WriteAllBytes(_scratch["credential"], ToolCredential.Write(CredentialMaker.Make(ek, name, secret)));
            Assert.Equal(0, (await Activate()).Status);
            Assert.Equal(secret, File.ReadAllBytes(_scratch["opened"]));
        }

        File.WriteAllBytes(_scratch["credential"], ToolCredential.Write(CredentialMaker.Make(ek, TpmName.Of(ek), RandomNumberGenerator.GetBytes(32))));
        var (status, _, errors) = await Activate();
        Assert.NotEqual(0, status);
        Assert.Contains("integrity check failed", errors, StringComparison.Ordinal);
    }

    // Template H-3, as newer TPMs and the clouds have it: other hash, longer cipher key, another curve.
    [Fact]
    public async Task A_high_range_P_384_key_with_AES_256_opens_them_too()
    {
        var template = KeyTemplates.EkEccP256 with
        {
            NameAlgorithm = AlgorithmId.Sha384,
            Attributes = KeyTemplates.EkEccP256.Attributes | ObjectAttributes.UserWithAuth,
            AuthPolicy = Convert.FromHexString("b26e7d28d11a50bc53d882bcf5fd3a1a074148bb35d3b4e4cb1c0ad9bde419cacb47ba09699646150f9fc000f3f80e12"),
            Parameters = new EccParameters(SymmetricDefinition.Aes256Cfb, AsymmetricScheme.None, EccCurve.NistP384, AsymmetricScheme.None),
        };
        Assert.True(KeyTemplates.IsEkTemplate(template));
        await File.WriteAllBytesAsync(_scratch["policy"], template.AuthPolicy, TestContext.Current.CancellationToken);
        await Run("tpm2_createprimary", "-C", "e", "-g", "sha384", "-G", "ecc384:aes256cfb", "-L", _scratch["policy"], "-c", _scratch["ek.ctx"],
            "-a", "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|adminwithpolicy|restricted|decrypt");
        await Run("tpm2_readpublic", "-c", _scratch["ek.ctx"], "-o", _scratch["ek.pub"]);
        await Run("tpm2_flushcontext", "-t");
        await Run("tpm2_createprimary", "-C", "o", "-G", "ecc", "-c", _scratch["ak.ctx"]);
        await Run("tpm2_readpublic", "-c", _scratch["ak.ctx"], "-n", _scratch["ak.name"]);
        await Run("tpm2_flushcontext", "-t");
        Assert.True(ToolPublicKey.TryReadArea(File.ReadAllBytes(_scratch["ek.pub"]), out var ek, out _));
        Assert.True(KeyTemplates.IsEkTemplate(ek));

        var secret = RandomNumberGenerator.GetBytes(48);
        var credential = CredentialMaker.Make(ek, TpmWire.Parse<TpmName>(File.ReadAllBytes(_scratch["ak.name"])), secret);
        File.WriteAllBytes(_scratch["credential"], ToolCredential.Write(credential));

        // The role is ADMIN of the storage key, which has no policy, and USER of the endorsement key, which has userWithAuth.
        await Run("tpm2_activatecredential", "-c", _scratch["ak.ctx"], "-C", _scratch["ek.ctx"], "-i", _scratch["credential"], "-o", _scratch["opened"]);
        Assert.Equal(secret, File.ReadAllBytes(_scratch["opened"]));
    }

    [Theory]
    [InlineData("rsa", "rsa", "rsassa")]
    [InlineData("ecc", "ecc", "ecdsa")]
    public async Task Credentials_of_the_tools_are_read_and_written_back_the_same(string ekType, string akType, string scheme)
    {
        await MakeKeys(ekType, akType, scheme, "sha256");
        await File.WriteAllTextAsync(_scratch["secret"], "a secret of the tool", TestContext.Current.CancellationToken);
        var name = Convert.ToHexStringLower(File.ReadAllBytes(_scratch["ak.name"]));
        await Run("tpm2_makecredential", "-u", _scratch["ek.pub"], "-s", _scratch["secret"], "-n", name, "-o", _scratch["made"]);
        var made = File.ReadAllBytes(_scratch["made"]);
        Assert.True(ToolCredential.TryRead(made, out var credential, out var problem), problem?.Problem);
        File.WriteAllBytes(_scratch["credential"], ToolCredential.Write(credential));
        Assert.Equal(made, File.ReadAllBytes(_scratch["credential"]));
        Assert.Equal(0, (await Activate()).Status);
        Assert.Equal("a secret of the tool", File.ReadAllText(_scratch["opened"]));
    }

    private async Task MakeKeys(string ekType, string akType, string scheme, string hash)
    {
        await Run("tpm2_createek", "-c", _scratch["ek.ctx"], "-G", ekType, "-u", _scratch["ek.pub"]);
        await Run("tpm2_flushcontext", "-t");
        await Run("tpm2_createak", "-C", _scratch["ek.ctx"], "-c", _scratch["ak.ctx"], "-G", akType, "-g", hash, "-s", scheme,
            "-u", _scratch["ak.pub"], "-n", _scratch["ak.name"], "-q", _scratch["ak.qname"]);
        await Run("tpm2_flushcontext", "-t");
    }

    private async Task<(int Status, string Output, string Errors)> Activate()
    {
        await Run("tpm2_startauthsession", "--policy-session", "-S", _scratch["session"]);
        await Run("tpm2_policysecret", "-S", _scratch["session"], "-c", "e");
        var result = await Tool.Try(_tpm.Tcti, "tpm2_activatecredential", "-c", _scratch["ak.ctx"], "-C", _scratch["ek.ctx"],
            "-i", _scratch["credential"], "-o", _scratch["opened"], "-P", "session:" + _scratch["session"]);
        await Run("tpm2_flushcontext", "-t");
        await Run("tpm2_flushcontext", "-l");
        return result;
    }

    private ToolPublicKey Key(string file) =>
        ToolPublicKey.TryRead(File.ReadAllBytes(_scratch[file]), out var key, out var problem) ? key : throw new InvalidDataException($"{file}: {problem}");

    private Task<string> Run(string program, params string[] arguments) => Tool.Run(_tpm.Tcti, program, arguments);
}
