using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_GetTime (TPM 2.0 Part 3, 18.7): signs the clock.</summary>
/// <param name="Key">The attestation key; the session of the endorsement hierarchy comes before its own.</param>
/// <param name="QualifyingData">The nonce, or a hash of it and more.</param>
public sealed record GetTimeCommand(Handle Key, byte[] QualifyingData) : ITpmCommand<GetTimeResponse>
{
    CommandCode ITpmCommand<GetTimeResponse>.Code => CommandCode.GetTime;

    IReadOnlyList<Handle> ITpmCommand<GetTimeResponse>.HandleArea => [Handle.Endorsement, Key];

    int ITpmCommand<GetTimeResponse>.AuthorizedHandles => 2;

    bool ITpmCommand<GetTimeResponse>.SendsSized => true;

    bool ITpmCommand<GetTimeResponse>.ReturnsSized => true;

    void ITpmCommand<GetTimeResponse>.WriteParameters(ref TpmWriter writer)
    {
        writer.WriteSized(QualifyingData);
        writer.WriteAlgorithm(AlgorithmId.Null);
    }

    GetTimeResponse ITpmCommand<GetTimeResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(parameters.ReadAttest(), parameters.ReadSignature());
}

/// <summary>What <see cref="GetTimeCommand"/> returns: bytes as the TPM signed them.</summary>
/// <param name="Attest">The TPMS_ATTEST, bare.</param>
/// <param name="Signature">The TPMT_SIGNATURE over it.</param>
public sealed record GetTimeResponse(byte[] Attest, byte[] Signature);
