using System.Buffers.Binary;
using Shype.Attest.Tpm.Client;

namespace Shype.Attest.ServiceTests.Tpm;

/// <summary>Sits on the wire between a client and a real TPM: hears all, and changes what it is told to.</summary>
internal sealed class Interposer(ITpmTransport tpm) : ITpmTransport
{
    /// <summary>Sees and changes each command on its way to the TPM.</summary>
    public Action<CommandCode, byte[]>? OnCommand { get; set; }

    /// <summary>Sees and changes each response on its way back.</summary>
    public Action<CommandCode, byte[]>? OnResponse { get; set; }

    /// <summary>Everything that went over the wire.</summary>
    public List<byte[]> Heard { get; } = [];

    /// <summary>Sends a command of its own.</summary>
    public void Send(byte[] command) => tpm.Exchange(command, new byte[4096]);

    public int Exchange(ReadOnlySpan<byte> command, Span<byte> response)
    {
        var code = (CommandCode)BinaryPrimitives.ReadUInt32BigEndian(command[6..]);
        var sent = command.ToArray();
        Heard.Add(sent);
        sent = [.. sent];
        OnCommand?.Invoke(code, sent);
        var size = tpm.Exchange(sent, response);
        var answered = response[..size].ToArray();
        Heard.Add([.. answered]);
        OnResponse?.Invoke(code, answered);
        answered.CopyTo(response);
        return size;
    }

    public void Dispose() => tpm.Dispose();
}
