using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_Certify (TPM 2.0 Part 3, 18.2): signs that an object is in this TPM.</summary>
/// <param name="Subject">What is certified.</param>
/// <param name="Key">The attestation key.</param>
/// <param name="QualifyingData">The nonce, or a hash of it and more.</param>
public sealed record CertifyCommand(Handle Subject, Handle Key, byte[] QualifyingData) : ITpmCommand<CertifyResponse>
{
    CommandCode ITpmCommand<CertifyResponse>.Code => CommandCode.Certify;

    IReadOnlyList<Handle> ITpmCommand<CertifyResponse>.HandleArea => [Subject, Key];

    int ITpmCommand<CertifyResponse>.AuthorizedHandles => 2;

    bool ITpmCommand<CertifyResponse>.SendsSized => true;

    bool ITpmCommand<CertifyResponse>.ReturnsSized => true;

    void ITpmCommand<CertifyResponse>.WriteParameters(ref TpmWriter writer)
    {
        writer.WriteSized(QualifyingData);
        writer.WriteAlgorithm(AlgorithmId.Null);
    }

    CertifyResponse ITpmCommand<CertifyResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(parameters.ReadAttest(), parameters.ReadSignature());
}

/// <summary>What <see cref="CertifyCommand"/> returns: bytes as the TPM signed them.</summary>
/// <param name="Attest">The TPMS_ATTEST, bare.</param>
/// <param name="Signature">The TPMT_SIGNATURE over it.</param>
public sealed record CertifyResponse(byte[] Attest, byte[] Signature);
