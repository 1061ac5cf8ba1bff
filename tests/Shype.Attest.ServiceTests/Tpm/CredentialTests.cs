using System.Runtime.Versioning;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Files;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Xunit;

namespace Shype.Attest.ServiceTests.Tpm;

[SupportedOSPlatform("linux")]
public sealed class CredentialTests
{
    private static readonly byte[] Secret = Enumerable.Range(1, 32).Select(value => (byte)value).ToArray();

    [Theory]
    [InlineData("rsa")]
    [InlineData("ecc")]
    public async Task Credentials_of_everybody_activate_here(string kind)
    {
        using var tpm = new TpmFixture();
        var template = kind == "rsa" ? KeyTemplates.EkRsa2048 : KeyTemplates.EkEccP256;
        PublicArea ekPublic;
        Credential byTpm;
        CreateResponse key;
        using (var client = tpm.Open())
        {
            using var root = WellKnownKeys.OpenStorageRoot(client);
            key = client.Execute(new CreateCommand(root.Handle, KeyTemplates.AkEcdsaP256));
            using var ek = EndorsementKey.Create(client, template);
            ekPublic = ek.Public;
            var made = client.Execute(new MakeCredentialCommand(ek.Handle, Secret, TpmName.Of(key.Public)));
            byTpm = new Credential(made.IdObject, made.EncryptedSecret);
        }

        await tpm.Write("secret", Secret);
        await tpm.Write("ek.pub", TpmWire.ToSizedBytes(ekPublic));
        await Tool.Run(null, "tpm2_makecredential", "-T", "none", "-u", tpm["ek.pub"], "-s", tpm["secret"], "-n", TpmName.Of(key.Public).ToString(), "-o", tpm["credential"]);
        Assert.True(ToolCredential.TryRead(tpm.Read("credential"), out var byTool, out _));

        using (var client = tpm.Open())
        {
            using var root = WellKnownKeys.OpenStorageRoot(client);
            using var ak = LoadedObject.Load(client, root.Handle, key.Private, key.Public);
            using var ek = EndorsementKey.Create(client, template);
            foreach (var credential in new[] { byTpm, byTool, CredentialMaker.Make(ekPublic, ak.Name, Secret) })
            {
                Assert.Equal(Secret, CredentialActivation.Activate(client, ak, ek, credential.IdObject, credential.EncryptedSecret));
            }

            var forAnother = CredentialMaker.Make(ekPublic, root.Name, Secret);
            var refused = Assert.ThrowsAny<TpmException>(() => CredentialActivation.Activate(client, ak, ek, forAnother.IdObject, forAnother.EncryptedSecret));
            Assert.True(refused.Is(ResponseCode.Integrity), refused.Message);

            // The endorsement hierarchy with a password: the right one opens, none does not.
            Assert.ThrowsAny<TpmException>(() => CredentialActivation.Activate(client, ak, ek, byTpm.IdObject, byTpm.EncryptedSecret, TpmSession.Password("wrong"u8)));

            // Neither sessions nor objects are left behind, also after the refusal.
            Assert.Equal(3, Capabilities.Handles(client, new Handle(0x8000_0000)).Count);
            Assert.Empty(Capabilities.Handles(client, new Handle(0x0200_0000)));
        }
    }

    [Theory]
    [InlineData("rsa")]
    [InlineData("ecc")]
    public async Task A_credential_made_by_the_TPM_for_us_activates_with_tpm2_tools(string kind)
    {
        using var tpm = new TpmFixture();
        await tpm.Run("tpm2_createek", "-G", kind, "-c", tpm["ek.ctx"], "-u", tpm["ek.pub"]);
        await tpm.Run("tpm2_createak", "-C", tpm["ek.ctx"], "-G", "ecc", "-g", "sha256", "-s", "ecdsa", "-c", tpm["ak.ctx"], "-n", tpm["ak.name"]);
        await tpm.FlushAll();
        using (var client = tpm.Open())
        {
            using var ek = LoadedObject.LoadExternal(client, TpmWire.ParseSized<PublicArea>(tpm.Read("ek.pub")));
            var name = TpmWire.Parse<TpmName>(tpm.Read("ak.name"));
            var made = client.Execute(new MakeCredentialCommand(ek.Handle, Secret, name));
            await tpm.Write("credential", ToolCredential.Write(new Credential(made.IdObject, made.EncryptedSecret)));
        }

        await tpm.Run("tpm2_startauthsession", "--policy-session", "-S", tpm["session.ctx"]);
        await tpm.Run("tpm2_policysecret", "-S", tpm["session.ctx"], "-c", "e");
        await tpm.Run("tpm2_activatecredential", "-c", tpm["ak.ctx"], "-C", tpm["ek.ctx"], "-i", tpm["credential"], "-o", tpm["opened"], "-P", "session:" + tpm["session.ctx"]);
        Assert.Equal(Secret, tpm.Read("opened"));
    }
}
