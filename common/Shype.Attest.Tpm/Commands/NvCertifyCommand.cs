using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_NV_Certify (TPM 2.0 Part 3, 31.16): signs what an NV index holds.</summary>
/// <param name="Key">The attestation key.</param>
/// <param name="Authority">Who may read: the index itself or a hierarchy.</param>
/// <param name="Index">The NV index.</param>
/// <param name="QualifyingData">The nonce, or a hash of it and more.</param>
/// <param name="Size">How many bytes.</param>
/// <param name="Offset">From where.</param>
public sealed record NvCertifyCommand(Handle Key, Handle Authority, Handle Index, byte[] QualifyingData, ushort Size, ushort Offset) : ITpmCommand<NvCertifyResponse>
{
    CommandCode ITpmCommand<NvCertifyResponse>.Code => CommandCode.NvCertify;

    IReadOnlyList<Handle> ITpmCommand<NvCertifyResponse>.HandleArea => [Key, Authority, Index];

    int ITpmCommand<NvCertifyResponse>.AuthorizedHandles => 2;

    bool ITpmCommand<NvCertifyResponse>.SendsSized => true;

    bool ITpmCommand<NvCertifyResponse>.ReturnsSized => true;

    void ITpmCommand<NvCertifyResponse>.WriteParameters(ref TpmWriter writer)
    {
        writer.WriteSized(QualifyingData);
        writer.WriteAlgorithm(AlgorithmId.Null);
        writer.WriteUInt16(Size);
        writer.WriteUInt16(Offset);
    }

    NvCertifyResponse ITpmCommand<NvCertifyResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(parameters.ReadAttest(), parameters.ReadSignature());
}

/// <summary>What <see cref="NvCertifyCommand"/> returns: bytes as the TPM signed them.</summary>
/// <param name="Attest">The TPMS_ATTEST, bare.</param>
/// <param name="Signature">The TPMT_SIGNATURE over it.</param>
public sealed record NvCertifyResponse(byte[] Attest, byte[] Signature);
