using System.Runtime.Versioning;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Xunit;

namespace Shype.Attest.ServiceTests.Tpm;

/// <summary>Keys made here are used by tpm2-tools on the same TPM, and the other way round.</summary>
[SupportedOSPlatform("linux")]
public sealed class KeyTests
{
    public static TheoryData<string> AttestationKeys => ["rsassa", "rsapss", "ecdsa-p256", "ecdsa-p384"];

    [Theory]
    [MemberData(nameof(AttestationKeys))]
    public async Task An_attestation_key_made_here_is_printed_loaded_and_read_by_tpm2_tools(string kind)
    {
        using var tpm = new TpmFixture();
        CreateResponse key;
        using (var client = tpm.Open())
        {
            using var root = WellKnownKeys.OpenStorageRoot(client);
            Assert.True(root.Handle.IsTransient);
            client.Execute(new EvictControlCommand(Handle.Owner, root.Handle, WellKnownKeys.StorageRoot));
            key = client.Execute(new CreateCommand(root.Handle, Template(kind)));
        }

        var area = await tpm.Write("ak.pub", TpmWire.ToSizedBytes(key.Public));
        var secret = await tpm.Write("ak.priv", [(byte)(key.Private.Length >> 8), (byte)key.Private.Length, .. key.Private]);
        var printed = await tpm.Run("tpm2_print", "-t", "TPM2B_PUBLIC", area);
        Assert.Contains("fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|sign", printed, StringComparison.Ordinal);
        await tpm.Run("tpm2_load", "-C", "0x81000001", "-u", area, "-r", secret, "-c", tpm["ak.ctx"], "-n", tpm["ak.name"]);
        await tpm.Run("tpm2_readpublic", "-c", tpm["ak.ctx"], "-o", tpm["again.pub"]);
        Assert.Equal(tpm.Read("ak.pub"), tpm.Read("again.pub"));
        Assert.Equal(TpmName.Of(key.Public).Bytes.ToArray(), tpm.Read("ak.name"));

        await tpm.FlushAll();
        using var later = tpm.Open();
        using var kept = WellKnownKeys.OpenStorageRoot(later);
        Assert.Equal(WellKnownKeys.StorageRoot, kept.Handle);
        using var loaded = LoadedObject.Load(later, kept.Handle, key.Private, key.Public);
        Assert.Equal(key.Public, LoadedObject.Of(later, loaded.Handle).Public);
    }

    [Theory]
    [MemberData(nameof(AttestationKeys))]
    public async Task A_quote_made_here_is_believed_by_others(string kind)
    {
        using var tpm = new TpmFixture();
        await tpm.Run("tpm2_pcrextend", "11:sha256=" + new string('5', 64));
        var nonce = Convert.FromHexString("00112233445566778899aabbccddeeff");
        QuoteResponse quote;
        PublicArea area;
        using (var client = tpm.Open())
        {
            using var key = Make(client, kind);
            area = key.Public;
            quote = client.Execute(new QuoteCommand(key.Handle, nonce, PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0, 11, 12))));
        }

        var publicFile = await tpm.Write("ak.pub", TpmWire.ToSizedBytes(area));
        var message = await tpm.Write("quote.msg", quote.Attest);
        var signature = await tpm.Write("quote.sig", quote.Signature);
        await tpm.Run("tpm2_pcrread", "sha256:0,11,12", "-o", tpm["quote.pcrs"], "-F", "values");
        await tpm.Run("tpm2_print", "-t", "TPMS_ATTEST", message);
        if (kind == "rsapss")
        {
            // tpm2_checkquote before 5.8 refuses every PSS signature; OpenSSL does not.
            await tpm.Run("tpm2_print", "-t", "TPM2B_PUBLIC", "-f", "pem", publicFile).ContinueWith(pem => tpm.Write("ak.pem", System.Text.Encoding.ASCII.GetBytes(pem.Result)).Wait(), TaskScheduler.Default);
            await tpm.Write("raw.sig", ((RsaSignature)TpmWire.Parse<Signature>(quote.Signature)).Value);
            await Tool.Run(null, "openssl", "dgst", "-sha256", "-verify", tpm["ak.pem"], "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:auto", "-signature", tpm["raw.sig"], message);
        }
        else
        {
            await tpm.Run("tpm2_checkquote", "-u", publicFile, "-m", message, "-s", signature, "-q", Convert.ToHexStringLower(nonce), "-f", tpm["quote.pcrs"], "-l", "sha256:0,11,12");
        }

        Assert.True(VerificationKey.TryCreate(area, out var verification, out _));
        var check = QuoteVerifier.Check(verification, quote.Attest, TpmWire.Parse<Signature>(quote.Signature));
        Assert.Equal(nonce, check.Quote?.Value.ExtraData);
    }

    [Fact]
    public async Task An_endorsement_key_made_here_is_that_of_tpm2_createek()
    {
        using var tpm = new TpmFixture();
        foreach (var (algorithm, template) in new[] { ("rsa", KeyTemplates.EkRsa2048), ("ecc", KeyTemplates.EkEccP256) })
        {
            await tpm.Run("tpm2_createek", "-G", algorithm, "-c", tpm["ek.ctx"], "-u", tpm["ek.pub"]);
            await tpm.FlushAll();
            using var client = tpm.Open();
            using var ek = EndorsementKey.Create(client, template);
            Assert.Equal(Convert.ToHexString(tpm.Read("ek.pub")), Convert.ToHexString(TpmWire.ToSizedBytes(ek.Public)));
        }
    }

    [Fact]
    public async Task A_key_of_tpm2_create_loads_here_and_contexts_go_both_ways()
    {
        using var tpm = new TpmFixture();
        await tpm.Run("tpm2_createprimary", "-G", "ecc", "-c", tpm["root.ctx"]);
        await tpm.Run("tpm2_create", "-C", tpm["root.ctx"], "-G", "ecc", "-u", tpm["key.pub"], "-r", tpm["key.priv"]);
        await tpm.FlushAll();
        await tpm.Run("tpm2_load", "-C", tpm["root.ctx"], "-u", tpm["key.pub"], "-r", tpm["key.priv"], "-c", tpm["key.ctx"]);
        await tpm.FlushAll();
        SavedContext saved;
        using (var client = tpm.Open())
        {
            using var theirs = LoadedObject.LoadContext(client, ToolContext.Read(tpm.Read("key.ctx")));
            using var root = LoadedObject.LoadContext(client, ToolContext.Read(tpm.Read("root.ctx")));
            using var ours = LoadedObject.Load(client, root.Handle, tpm.Read("key.priv")[2..], TpmWire.ParseSized<PublicArea>(tpm.Read("key.pub")));
            Assert.Equal(theirs.Name, ours.Name);
            saved = client.Execute(new ContextSaveCommand(ours.Handle)).Context;
        }

        await tpm.Write("key.ctx", ToolContext.Replace(tpm.Read("key.ctx"), saved));
        await tpm.Run("tpm2_readpublic", "-c", tpm["key.ctx"], "-o", tpm["again.pub"]);
        Assert.Equal(tpm.Read("key.pub"), tpm.Read("again.pub"));
        await tpm.FlushAll();
        using var again = tpm.Open();
        Assert.Empty(Capabilities.Handles(again, new Handle(0x8000_0000)));
        using var reloaded = LoadedObject.LoadContext(again, saved);
        Assert.Equal([reloaded.Handle], Capabilities.Handles(again, new Handle(0x8000_0000)));
    }

    [Fact]
    public void Certify_GetTime_and_NV_Certify_say_what_they_certify()
    {
        using var tpm = new TpmFixture();
        using var client = tpm.Open();
        using var key = Make(client, "ecdsa-p256");
        using var other = LoadedObject.CreatePrimary(client, Handle.Owner, KeyTemplates.SrkEccP256);
        var index = new Handle(0x0180_0001);
        client.Execute(new NvDefineSpaceCommand(Handle.Owner, new NvPublic(index, AlgorithmId.Sha256, NvAttributes.AuthRead | NvAttributes.AuthWrite, [], 4), []));
        client.Execute(new NvWriteCommand(index, index, [1, 2, 3, 4], 0));

        var certified = client.Execute(new CertifyCommand(other.Handle, key.Handle, [9]));
        Assert.Equal(other.Name, ((CertifyBody)Believed(key.Public, certified.Attest, certified.Signature)).Name);
        var time = client.Execute(new GetTimeCommand(key.Handle, [9]));
        var clock = client.Execute(new ReadClockCommand());
        Assert.InRange(clock.Time - ((TimeBody)Believed(key.Public, time.Attest, time.Signature)).Time, 0ul, 60_000ul);
        var contents = client.Execute(new NvCertifyCommand(key.Handle, index, index, [9], 2, 1));
        var body = (NvBody)Believed(key.Public, contents.Attest, contents.Signature);
        Assert.Equal([2, 3], body.Contents);
        Assert.Equal(client.Execute(new NvReadPublicCommand(index)).Name, body.IndexName);
    }

    internal static PublicArea Template(string kind) => kind switch
    {
        "rsassa" => KeyTemplates.AkRsaSsa2048,
        "rsapss" => KeyTemplates.AkRsaPss2048,
        "ecdsa-p256" => KeyTemplates.AkEcdsaP256,
        _ => KeyTemplates.AkEcdsaP384,
    };

    /// <summary>An attestation key under the storage root key.</summary>
    internal static LoadedObject Make(TpmClient client, string kind)
    {
        using var root = WellKnownKeys.OpenStorageRoot(client);
        var key = client.Execute(new CreateCommand(root.Handle, Template(kind)));
        return LoadedObject.Load(client, root.Handle, key.Private, key.Public);
    }

    private static AttestBody Believed(PublicArea area, byte[] attest, byte[] signature)
    {
        Assert.True(VerificationKey.TryCreate(area, out var key, out _));
        Assert.Equal(SignatureOutcome.Valid, key.Verify(attest, TpmWire.Parse<Signature>(signature)));
        var parsed = TpmWire.Parse<Attestation>(attest);
        Assert.Equal([9], parsed.ExtraData);
        return parsed.Body;
    }
}
