using System.Net.Sockets;
using System.Text;
using Shype.Attest.TpmSim.Emulation;

namespace Shype.Attest.TpmSim.Control;

/// <summary>The UNIX socket in a TPM's folder over which a running host is told what to do. A request is one word and a line's end, an answer one line of JSON.</summary>
internal static class ControlSocket
{
    public const string Reboot = "reboot";
    public const string PowerCut = "power-cut";
    public const string Suspend = "suspend";

    public static UnixDomainSocketEndPoint In(string folder)
    {
        var path = Path.Combine(Path.GetFullPath(folder), Name);
        return Encoding.UTF8.GetByteCount(path) <= Endpoints.LongestUnixPath
            ? new UnixDomainSocketEndPoint(path)
            : throw new SimulatorException($"{path} is too long for a UNIX socket ({Endpoints.LongestUnixPath} bytes): take a shorter folder");
    }

    /// <summary>One line without its end; null where the other side ended or sent more than a line may have.</summary>
    public static string? ReadLine(Socket socket, int maxBytes)
    {
        var line = new byte[maxBytes];
        var filled = 0;
        while (filled < maxBytes)
        {
            var received = socket.Receive(line.AsSpan(filled));
            if (received == 0)
            {
                return null;
            }

            filled += received;
            if (line[filled - 1] == '\n')
            {
                return Encoding.UTF8.GetString(line.AsSpan(0, filled - 1));
            }
        }

        return null;
    }

    private const string Name = "control.sock";
}
