using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>How the TPM says that it created an object.</summary>
/// <param name="Data">TPMS_CREATION_DATA.</param>
/// <param name="Hash">Its digest.</param>
/// <param name="Ticket">The TPM's own proof of it.</param>
public sealed record CreationFacts(CreationData Data, byte[] Hash, Ticket Ticket)
{
    internal static CreationFacts Read(ref TpmReader reader) => new(
        TpmWire.ReadSized<CreationData>(ref reader, WireLimits.MaxPublicBytes),
        reader.ReadDigest("creationHash"),
        Ticket.Read(ref reader));
}
