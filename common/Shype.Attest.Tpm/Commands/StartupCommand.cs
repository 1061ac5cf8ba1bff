using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_Startup (TPM 2.0 Part 3, 9.3): the first command after power-on. On machines the firmware sends it.</summary>
/// <param name="Type">What state the TPM starts with.</param>
public sealed record StartupCommand(StartupType Type) : ITpmCommand<NoResponse>
{
    CommandCode ITpmCommand<NoResponse>.Code => CommandCode.Startup;

    void ITpmCommand<NoResponse>.WriteParameters(ref TpmWriter writer) => writer.WriteUInt16((ushort)Type);

    NoResponse ITpmCommand<NoResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => default;
}

/// <summary>TPM_SU (TPM 2.0 Part 2, 6.10).</summary>
public enum StartupType : ushort
{
    /// <summary>TPM_SU_CLEAR: PCRs and volatile state begin anew.</summary>
    Clear = 0,

    /// <summary>TPM_SU_STATE: as TPM2_Shutdown saved them.</summary>
    State = 1,
}
