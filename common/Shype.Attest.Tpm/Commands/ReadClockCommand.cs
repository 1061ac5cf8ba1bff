using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_ReadClock (TPM 2.0 Part 3, 29.1).</summary>
public sealed record ReadClockCommand : ITpmCommand<ReadClockResponse>
{
    CommandCode ITpmCommand<ReadClockResponse>.Code => CommandCode.ReadClock;

    void ITpmCommand<ReadClockResponse>.WriteParameters(ref TpmWriter writer)
    {
    }

    ReadClockResponse ITpmCommand<ReadClockResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(parameters.ReadUInt64("time"), ClockInfo.Read(ref parameters));
}

/// <summary>TPMS_TIME_INFO (TPM 2.0 Part 2, 10.11.6).</summary>
/// <param name="Time">Milliseconds since the TPM was last powered on.</param>
/// <param name="Clock">The clock that goes on over restarts.</param>
public sealed record ReadClockResponse(ulong Time, ClockInfo Clock);
