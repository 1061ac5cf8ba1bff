using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_PolicyPCR (TPM 2.0 Part 3, 23.7).</summary>
/// <param name="Session">The policy session.</param>
/// <param name="Pcrs">Which PCRs.</param>
/// <param name="PcrDigest">The digest over them that is demanded; empty for what they are now.</param>
public sealed record PolicyPcrCommand(Handle Session, PcrSelectionList Pcrs, byte[] PcrDigest) : ITpmCommand<NoResponse>
{
    CommandCode ITpmCommand<NoResponse>.Code => CommandCode.PolicyPcr;

    IReadOnlyList<Handle> ITpmCommand<NoResponse>.HandleArea => [Session];

    bool ITpmCommand<NoResponse>.SendsSized => true;

    void ITpmCommand<NoResponse>.WriteParameters(ref TpmWriter writer)
    {
        writer.WriteSized(PcrDigest);
        Pcrs.Write(ref writer);
    }

    NoResponse ITpmCommand<NoResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => default;
}
