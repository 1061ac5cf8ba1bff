using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMT_SIGNATURE (TPM 2.0 Part 2, 11.3.4).</summary>
/// <param name="Scheme">sigAlg.</param>
public abstract record Signature(AlgorithmId Scheme) : ITpmStructure<Signature>
{
    /// <inheritdoc/>
    public static string StructureName => "TPMT_SIGNATURE";

    /// <inheritdoc/>
    public static Signature Read(ref TpmReader reader)
    {
        var scheme = reader.ReadAlgorithm("sigAlg");
        return scheme switch
        {
            AlgorithmId.RsaSsa or AlgorithmId.RsaPss => RsaSignature.ReadBody(scheme, ref reader),
            AlgorithmId.Ecdsa => EcdsaSignature.ReadBody(ref reader),
            AlgorithmId.Ecdaa or AlgorithmId.Sm2 or AlgorithmId.EcSchnorr => OtherSignature.ReadCurve(scheme, ref reader),
            AlgorithmId.Hmac => OtherSignature.ReadHmac(ref reader),
            AlgorithmId.Null => new NullSignature(),
            _ => throw reader.RefuseAlgorithm("sigAlg", scheme, "not a signature algorithm"),
        };
    }

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer)
    {
        writer.WriteAlgorithm(Scheme);
        WriteBody(ref writer);
    }

    private protected abstract void WriteBody(ref TpmWriter writer);
}

/// <summary>TPMS_SIGNATURE_RSASSA and TPMS_SIGNATURE_RSAPSS (11.3.1).</summary>
/// <param name="Scheme">TPM_ALG_RSASSA or TPM_ALG_RSAPSS.</param>
/// <param name="Hash">The hash of what was signed.</param>
/// <param name="Value">The signature.</param>
public sealed record RsaSignature(AlgorithmId Scheme, AlgorithmId Hash, byte[] Value) : Signature(Scheme)
{
    internal static RsaSignature ReadBody(AlgorithmId scheme, ref TpmReader reader) =>
        new(scheme, reader.ReadHash("hash"), reader.ReadSized("sig", WireLimits.MaxRsaBytes).ToArray());

    private protected override void WriteBody(ref TpmWriter writer)
    {
        writer.WriteAlgorithm(Hash);
        writer.WriteSized(Value);
    }
}

/// <summary>TPMS_SIGNATURE_ECDSA (11.3.2). Not every TPM fills the numbers with zeros on the left.</summary>
/// <param name="Hash">The hash of what was signed.</param>
/// <param name="R">signatureR.</param>
/// <param name="S">signatureS.</param>
public sealed record EcdsaSignature(AlgorithmId Hash, byte[] R, byte[] S) : Signature(AlgorithmId.Ecdsa)
{
    internal static EcdsaSignature ReadBody(ref TpmReader reader) => new(
        reader.ReadHash("hash"),
        reader.ReadSized("signatureR", WireLimits.MaxEccBytes).ToArray(),
        reader.ReadSized("signatureS", WireLimits.MaxEccBytes).ToArray());

    private protected override void WriteBody(ref TpmWriter writer)
    {
        writer.WriteAlgorithm(Hash);
        writer.WriteSized(R);
        writer.WriteSized(S);
    }
}

/// <summary>A signature of a scheme that is read but never verifies here: ECDAA, SM2, ECSCHNORR, HMAC.</summary>
/// <param name="Scheme">sigAlg.</param>
/// <param name="Raw">What follows sigAlg.</param>
public sealed record OtherSignature(AlgorithmId Scheme, byte[] Raw) : Signature(Scheme)
{
    internal static OtherSignature ReadCurve(AlgorithmId scheme, ref TpmReader reader)
    {
        // All three are laid out as ECDSA is: hash and two numbers.
        var like = TpmWire.ToBytes<Signature>(EcdsaSignature.ReadBody(ref reader));
        return new OtherSignature(scheme, like[sizeof(ushort)..]);
    }

    internal static OtherSignature ReadHmac(ref TpmReader reader) => new(AlgorithmId.Hmac, TpmWire.ToBytes(HashValue.Read(ref reader)));

    private protected override void WriteBody(ref TpmWriter writer) => writer.WriteBytes(Raw);
}

/// <summary>No signature: TPM_ALG_NULL, what a TPM answers for the null key.</summary>
public sealed record NullSignature() : Signature(AlgorithmId.Null)
{
    private protected override void WriteBody(ref TpmWriter writer)
    {
    }
}
