using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_Quote (TPM 2.0 Part 3, 18.4): signs PCRs and what the caller adds, with the scheme of the key.</summary>
/// <param name="Key">The attestation key.</param>
/// <param name="QualifyingData">The nonce, or a hash of it and more; at most a digest and two bytes.</param>
/// <param name="Pcrs">What is quoted.</param>
public sealed record QuoteCommand(Handle Key, byte[] QualifyingData, PcrSelectionList Pcrs) : ITpmCommand<QuoteResponse>
{
    CommandCode ITpmCommand<QuoteResponse>.Code => CommandCode.Quote;

    IReadOnlyList<Handle> ITpmCommand<QuoteResponse>.HandleArea => [Key];

    int ITpmCommand<QuoteResponse>.AuthorizedHandles => 1;

    bool ITpmCommand<QuoteResponse>.SendsSized => true;

    bool ITpmCommand<QuoteResponse>.ReturnsSized => true;

    void ITpmCommand<QuoteResponse>.WriteParameters(ref TpmWriter writer)
    {
        writer.WriteSized(QualifyingData);
        writer.WriteAlgorithm(AlgorithmId.Null);
        Pcrs.Write(ref writer);
    }

    QuoteResponse ITpmCommand<QuoteResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(parameters.ReadAttest(), parameters.ReadSignature());
}

/// <summary>What <see cref="QuoteCommand"/> returns: bytes as the TPM signed them.</summary>
/// <param name="Attest">The TPMS_ATTEST, bare.</param>
/// <param name="Signature">The TPMT_SIGNATURE over it.</param>
public sealed record QuoteResponse(byte[] Attest, byte[] Signature);
