using System.Buffers.Binary;
using Shype.Attest.Tpm.Client;

namespace Shype.Attest.TpmSim.Faults;

/// <summary>A way to a TPM on which things go wrong as planned. The TPM behind it is a real one and keeps what it carried out.</summary>
public sealed class FaultyTransport(ITpmTransport inner, FaultPlan plan, TimeProvider? time = null) : ITpmTransport
{
    private bool _ended;

    /// <inheritdoc/>
    public int Exchange(ReadOnlySpan<byte> command, Span<byte> response)
    {
        if (_ended)
        {
            throw new TpmTransportException("the connection to the TPM is closed after an earlier failure: open it again");
        }

        var code = command.Length >= HeaderBytes ? (CommandCode)BinaryPrimitives.ReadUInt32BigEndian(command[CodeAt..]) : CommandCode.None;
        var fault = plan.Next(code);
        return fault switch
        {
            null => inner.Exchange(command, response),
            Refusal refusal => Refuse(refusal.ResponseCode, response),
            Silence silence => throw End(silence.CarriedOut, "gave no response in time", command, response),
            Death death => throw End(death.CarriedOut, "was closed by the other side", command, response),
            _ => Spoil(fault, inner.Exchange(command, response), response),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();

    private int Spoil(Fault fault, int length, Span<byte> response)
    {
        switch (fault)
        {
            case CutReply cut:
                return Math.Min(cut.Bytes, length);
            case WrongTag tag:
                BinaryPrimitives.WriteUInt16BigEndian(response, tag.Tag);
                return length;
            case WrongSize size:
                BinaryPrimitives.WriteUInt32BigEndian(response[SizeAt..], size.Size);
                return length;
            case Lateness late:
                Task.Delay(late.Time, time ?? TimeProvider.System).GetAwaiter().GetResult();
                return length;
            default:
                throw new InvalidOperationException($"{fault} does not spoil a response");
        }
    }

    // TPM 2.0 Part 1, 18.10: a refusal is a header and nothing more.
    private static int Refuse(uint responseCode, Span<byte> response)
    {
        BinaryPrimitives.WriteUInt16BigEndian(response, NoSessions);
        BinaryPrimitives.WriteUInt32BigEndian(response[SizeAt..], HeaderBytes);
        BinaryPrimitives.WriteUInt32BigEndian(response[CodeAt..], responseCode);
        return HeaderBytes;
    }

    private TpmTransportException End(bool carriedOut, string how, ReadOnlySpan<byte> command, Span<byte> response)
    {
        if (carriedOut)
        {
            response[..inner.Exchange(command, response)].Clear();
        }

        _ended = true;
        inner.Dispose();
        return new TpmTransportException($"the connection to the TPM {how}, as planned");
    }

    private const int SizeAt = 2;
    private const int CodeAt = 6;
    private const int HeaderBytes = 10;
    private const ushort NoSessions = 0x8001;
}
