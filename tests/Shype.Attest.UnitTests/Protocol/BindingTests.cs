using System.Buffers.Binary;
using System.Security.Cryptography;
using Shype.Attest.Protocol;
using Xunit;

namespace Shype.Attest.UnitTests.Protocol;

public sealed class BindingTests
{
    [Fact]
    public void Qualifying_data_is_this_hash_of_framed_fields()
    {
        byte[] framed =
        [
            .. Field("shype evidence 1"u8.ToArray()), .. Field([1, 2]), .. Field("host"u8.ToArray()),
            .. Field([0, 0, 0, 0, 0, 0, 0, 1]), .. Field([9]),
        ];
        Assert.Equal(SHA256.HashData(framed), EvidenceBinding.QualifyingData([1, 2], "host", [9]));
    }

    [Fact]
    public void Moving_a_byte_between_fields_changes_it()
    {
        var one = EvidenceBinding.QualifyingData([1, (byte)'h'], "ost");
        var two = EvidenceBinding.QualifyingData([1], "host");
        var three = EvidenceBinding.QualifyingData([1], "host", Array.Empty<byte>());
        Assert.NotEqual(one, two);
        Assert.NotEqual(two, three);
        Assert.NotEqual(EvidenceBinding.QualifyingData([1], "host", [1], [2]), EvidenceBinding.QualifyingData([1], "host", [1, 2]));
    }

    [Fact]
    public void The_enrolment_proof_binds_secret_enrolment_attestation_key_and_endorsement_key()
    {
        byte[] secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        byte[][] proofs =
        [
            EnrolmentProof.Proof(secret, "id", [1], [2]),
            EnrolmentProof.Proof([.. secret.Reverse()], "id", [1], [2]),
            EnrolmentProof.Proof(secret, "id2", [1], [2]),
            EnrolmentProof.Proof(secret, "id", [9], [2]),
            EnrolmentProof.Proof(secret, "id", [1], [9]),
        ];
        Assert.Equal(5, proofs.Select(Convert.ToHexString).Distinct().Count());
        Assert.Equal(EnrolmentProof.Proof(secret, "id", [1], [2]), proofs[0]);
    }

    [Fact]
    public void The_agent_token_is_hkdf_over_the_secret_for_one_host()
    {
        byte[] secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        var expected = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, salt: null, "shype agent token 1 host"u8.ToArray());
        Assert.Equal(Base64UrlText.Encode(expected), EnrolmentProof.AgentToken(secret, "host"));
        Assert.NotEqual(EnrolmentProof.AgentToken(secret, "host"), EnrolmentProof.AgentToken(secret, "host2"));
    }

    private static byte[] Field(byte[] value)
    {
        var framed = new byte[4 + value.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed, value.Length);
        value.CopyTo(framed, 4);
        return framed;
    }
}
