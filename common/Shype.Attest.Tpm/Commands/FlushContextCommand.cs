using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_FlushContext (TPM 2.0 Part 3, 28.4): forgets a transient object or session.</summary>
/// <param name="Flushed">What to forget.</param>
public sealed record FlushContextCommand(Handle Flushed) : ITpmCommand<NoResponse>
{
    CommandCode ITpmCommand<NoResponse>.Code => CommandCode.FlushContext;

    void ITpmCommand<NoResponse>.WriteParameters(ref TpmWriter writer) => writer.WriteUInt32(Flushed.Value);

    NoResponse ITpmCommand<NoResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => default;
}
