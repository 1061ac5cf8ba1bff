using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_Shutdown (TPM 2.0 Part 3, 9.4): prepares for the power to go.</summary>
/// <param name="Type">What state the next start shall have.</param>
public sealed record ShutdownCommand(StartupType Type) : ITpmCommand<NoResponse>
{
    CommandCode ITpmCommand<NoResponse>.Code => CommandCode.Shutdown;

    void ITpmCommand<NoResponse>.WriteParameters(ref TpmWriter writer) => writer.WriteUInt16((ushort)Type);

    NoResponse ITpmCommand<NoResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => default;
}
