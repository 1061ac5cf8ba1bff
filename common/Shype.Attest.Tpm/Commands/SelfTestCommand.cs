using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_SelfTest (TPM 2.0 Part 3, 10.2).</summary>
/// <param name="Full">Whether to test everything, not only what was not tested yet.</param>
public sealed record SelfTestCommand(bool Full) : ITpmCommand<NoResponse>
{
    CommandCode ITpmCommand<NoResponse>.Code => CommandCode.SelfTest;

    void ITpmCommand<NoResponse>.WriteParameters(ref TpmWriter writer) => writer.WriteYesNo(Full);

    NoResponse ITpmCommand<NoResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => default;
}
