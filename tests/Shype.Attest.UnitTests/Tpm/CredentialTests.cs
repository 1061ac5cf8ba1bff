using Shype.Attest.Testing;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Files;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Xunit;

namespace Shype.Attest.UnitTests.Tpm;

/// <summary>Which keys get credentials. That a TPM opens them is for the service tests.</summary>
public sealed class CredentialTests
{
    private static readonly TpmName Name = TpmWire.Parse<TpmName>(TestData.Bytes("swtpm", "ak_rsassa.name"));

    [Theory]
    [InlineData("ek_rsa.tpm2b_public", 256)]
    [InlineData("ek_ecc.tpm2b_public", 68)]
    public void Every_credential_is_another_and_has_its_sizes(string file, int secretBytes)
    {
        var ek = Ek(file);
        var first = CredentialMaker.Make(ek, Name, "secret"u8);
        var second = CredentialMaker.Make(ek, Name, "secret"u8);
        Assert.NotEqual(first.EncryptedSecret, second.EncryptedSecret);
        Assert.NotEqual(first.IdObject, second.IdObject);
        Assert.Equal(2 + secretBytes, first.EncryptedSecret.Length);
        Assert.Equal(8, TpmWire.ParseSized<IdObject>(first.IdObject).EncryptedIdentity.Length);
        Assert.True(ToolCredential.TryRead(ToolCredential.Write(first), out var back, out _));
        Assert.Equal(first.IdObject, back.IdObject);
        Assert.Equal(first.EncryptedSecret, back.EncryptedSecret);
    }

    [Fact]
    public void K05_hostile_endorsement_keys_are_refused_with_a_reason()
    {
        var rsa = Ek("ek_rsa.tpm2b_public");
        var ecc = Ek("ek_ecc.tpm2b_public");
        var point = (EccUnique)ecc.Unique;
        Refused(KeyProblemCode.Protection, rsa with { NameAlgorithm = AlgorithmId.Sha1 });
        Refused(KeyProblemCode.Protection, rsa with { NameAlgorithm = AlgorithmId.Null });
        Refused(KeyProblemCode.Protection, rsa with { Parameters = new RsaParameters(SymmetricDefinition.None, AsymmetricScheme.None, 2048, 0) });
        Refused(KeyProblemCode.Protection, rsa with { Parameters = new RsaParameters(new(AlgorithmId.Aes, 128, AlgorithmId.Ecb), AsymmetricScheme.None, 2048, 0) });
        Refused(KeyProblemCode.Protection, rsa with { Parameters = new RsaParameters(new(AlgorithmId.Camellia, 128, AlgorithmId.Cfb), AsymmetricScheme.None, 2048, 0) });
        Refused(KeyProblemCode.Protection, rsa with { Parameters = new RsaParameters(SymmetricDefinition.Aes128Cfb, new(AlgorithmId.RsaEs, AlgorithmId.Null), 2048, 0) });
        Refused(KeyProblemCode.Protection, rsa with { Parameters = new RsaParameters(SymmetricDefinition.Aes128Cfb, new(AlgorithmId.Oaep, AlgorithmId.Sm3), 2048, 0) });
        Refused(KeyProblemCode.RsaExponent, rsa with { Parameters = new RsaParameters(SymmetricDefinition.Aes128Cfb, AsymmetricScheme.None, 2048, 1) });
        Refused(KeyProblemCode.RsaModulus, rsa with { Unique = new BytesUnique(new byte[256]) });
        Refused(KeyProblemCode.Point, ecc with { Unique = new EccUnique(point.Y, point.X) });
        Refused(KeyProblemCode.Curve, ecc with { Parameters = new EccParameters(SymmetricDefinition.Aes128Cfb, AsymmetricScheme.None, EccCurve.BnP256, AsymmetricScheme.None) });
        Refused(KeyProblemCode.Protection, rsa with { Type = AlgorithmId.KeyedHash, Parameters = new KeyedHashParameters(KeyedHashScheme.None) });

        static void Refused(KeyProblemCode code, PublicArea ek)
        {
            Assert.False(CredentialMaker.TryMake(ek, Name, "secret"u8, out _, out var problem));
            Assert.Equal(code, problem.Code);
            Assert.Throws<ArgumentException>(() => CredentialMaker.Make(ek, Name, "secret"u8));
        }
    }

    private static PublicArea Ek(string file) => ToolPublicKey.TryReadArea(TestData.Bytes("swtpm", file), out var ek, out _) ? ek : throw new InvalidDataException(file);
}
