using System.Net.Sockets;
using System.Text.Json;
using Shype.Attest.Tpm.Client;
using Shype.Attest.TpmSim.Emulation;

namespace Shype.Attest.TpmSim.Control;

/// <summary>Serves a running host's control socket, one request after the other.</summary>
internal sealed class ControlServer : IDisposable
{
    private readonly RunningPlatform _platform;
    private readonly Socket _listener;
    private readonly string _path;

    private ControlServer(RunningPlatform platform, Socket listener, string path)
    {
        _platform = platform;
        _listener = listener;
        _path = path;
    }

    public static ControlServer Start(RunningPlatform platform)
    {
        var endPoint = ControlSocket.In(platform.Tpm.Folder);
        var path = endPoint.ToString();
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Left by a host that was killed; the folder's lock says that no other is running.
            File.Delete(path);
            listener.Bind(endPoint);
            // Before anybody can connect.
            File.SetUnixFileMode(path, AtomicFile.OwnerOnly);
            listener.Listen();
            var server = new ControlServer(platform, listener, path);
            new Thread(server.Serve) { IsBackground = true, Name = "control" }.Start();
            return server;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(_path);
    }

    private void Serve()
    {
        while (true)
        {
            try
            {
                using var client = _listener.Accept();
                client.ReceiveTimeout = client.SendTimeout = PatienceMilliseconds;
                if (ControlSocket.ReadLine(client, MaxRequestBytes) is { } request)
                {
                    client.Send([.. JsonSerializer.SerializeToUtf8Bytes(Obey(request), ControlJson.Default.ControlAnswer), (byte)'\n']);
                }
            }
            catch (SocketException) when (_listener.IsBound)
            {
                // This client went away or said nothing; the next one is served.
            }
            catch (Exception ended) when (ended is ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private ControlAnswer Obey(string request)
    {
        try
        {
            switch (request)
            {
                case ControlSocket.Reboot:
                    _platform.Reboot();
                    break;
                case ControlSocket.PowerCut:
                    _platform.PowerCut();
                    break;
                case ControlSocket.Suspend:
                    _platform.Suspend();
                    break;
                default:
                    return new ControlAnswer(null, null, $"not one of {ControlSocket.Reboot}, {ControlSocket.PowerCut}, {ControlSocket.Suspend}");
            }

            return new ControlAnswer(request, _platform.BootId, null);
        }
        catch (Exception failed) when (failed is EmulatorException or SimulatorException or TpmFailedException)
        {
            return new ControlAnswer(null, null, failed.Message);
        }
    }

    private const int MaxRequestBytes = 64;
    private const int PatienceMilliseconds = 5000;
}
