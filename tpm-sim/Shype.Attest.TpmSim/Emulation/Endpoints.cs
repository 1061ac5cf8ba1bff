using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Shype.Attest.TpmSim.Emulation;

/// <summary>Where one emulator listens: for TPM commands, and for its control commands (power, volatile state).</summary>
internal sealed class Endpoints : IDisposable
{
    // sockaddr_un.sun_path has 108 bytes, the last of them a NUL.
    public const int LongestUnixPath = 107;

    private readonly string? _temporary;

    private Endpoints(EndPoint data, EndPoint control, string? temporary = null)
    {
        Data = data;
        Control = control;
        _temporary = temporary;
    }

    public EndPoint Data { get; }

    public EndPoint Control { get; }

    /// <summary>As <c>TpmConnection.Open</c> takes it.</summary>
    public string Address => Data is IPEndPoint ip ? $"swtpm:tcp:{ip.Address}:{ip.Port}" : $"swtpm:unix:{Data}";

    /// <summary>As tpm2-tools takes it in TPM2TOOLS_TCTI.</summary>
    public string Tcti => Data is IPEndPoint ip ? $"swtpm:host={ip.Address},port={ip.Port}" : $"swtpm:path={Data}";

    public static Endpoints Choose(string folder, EmulatorEndpoint kind) => kind == EmulatorEndpoint.Tcp ? FreePorts() : UnixSockets(folder);

    /// <summary>A socket's path as a process in the folder writes it.</summary>
    public string RelativeTo(string folder, EndPoint socket) => _temporary is null ? Path.GetRelativePath(folder, socket.ToString()!) : socket.ToString()!;

    public static Socket Connect(EndPoint where)
    {
        var socket = where is IPEndPoint
            ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(where);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (Data is UnixDomainSocketEndPoint)
        {
            // A killed swtpm leaves its sockets behind; without a listener they only make clients guess.
            File.Delete(Data.ToString()!);
            File.Delete(Control.ToString()!);
        }

        if (_temporary is not null && Directory.Exists(_temporary))
        {
            Directory.Delete(_temporary, recursive: true);
        }
    }

    // tpm2-tss looks for the control channel at the data channel's path + ".ctrl", or port + 1.
    private static Endpoints UnixSockets(string folder)
    {
        var data = Path.Combine(folder, DataName);
        string? temporary = null;
        if (Encoding.UTF8.GetByteCount(data + ControlSuffix) > LongestUnixPath)
        {
            temporary = Directory.CreateTempSubdirectory("shype-tpm-").FullName;
            data = Path.Combine(temporary, DataName);
            if (Encoding.UTF8.GetByteCount(data + ControlSuffix) > LongestUnixPath)
            {
                Directory.Delete(temporary);
                throw new EmulatorException(
                    $"neither {folder} nor {Path.GetTempPath()} is short enough for a UNIX socket ({LongestUnixPath} bytes): take a shorter folder, or TCP");
            }
        }

        return new Endpoints(new UnixDomainSocketEndPoint(data), new UnixDomainSocketEndPoint(data + ControlSuffix), temporary);
    }

    private static Endpoints FreePorts()
    {
        for (var attempt = 0; attempt < PortAttempts; attempt++)
        {
            using var first = Listener(0);
            var port = ((IPEndPoint)first.LocalEndPoint!).Port;
            try
            {
                using var second = Listener(port + 1);
                return new Endpoints(new IPEndPoint(IPAddress.Loopback, port), new IPEndPoint(IPAddress.Loopback, port + 1));
            }
            catch (SocketException)
            {
                // The neighbour is taken: try another pair.
            }
        }

        throw new EmulatorException($"no two free neighbouring TCP ports in {PortAttempts} attempts");
    }

    private static Socket Listener(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private const string DataName = "tpm.sock";
    private const string ControlSuffix = ".ctrl";
    private const int PortAttempts = 20;
}
