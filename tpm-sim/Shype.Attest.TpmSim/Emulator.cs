using System.Buffers.Binary;
using System.Net.Sockets;
using Shype.Attest.Tpm.Client;
using Shype.Attest.TpmSim.Emulation;

namespace Shype.Attest.TpmSim;

/// <summary>
/// One real TPM 2.0 emulator (swtpm) in a folder of its own. It ends with this object, and with this process however that ends. The data channel is not held:
/// swtpm serves one client at a time, and between two calls that is whoever wants it.
/// </summary>
public sealed class Emulator : IDisposable
{
    private readonly EmulatorOptions _options;
    private readonly Endpoints _endpoints;
    private readonly FileStream _folderLock;
    private readonly Lock _power = new();
    private EmulatorProcess? _process;

    private Emulator(EmulatorOptions options, Endpoints endpoints, FileStream folderLock)
    {
        _folderLock = folderLock;
        _options = options;
        _endpoints = endpoints;
        _process = EmulatorProcess.Start(options, endpoints);
    }

    /// <summary>The TPM's folder.</summary>
    public string Folder => _options.Folder;

    /// <summary>The address for <c>TpmConnection.Open</c>.</summary>
    public string Address => _endpoints.Address;

    /// <summary>The address for tpm2-tools: <c>TPM2TOOLS_TCTI</c>.</summary>
    public string Tcti => _endpoints.Tcti;

    /// <summary>swtpm's own log.</summary>
    public string LogPath => EmulatorProcess.LogPath(Folder);

    /// <summary>swtpm's process; another one after a power cut.</summary>
    public int ProcessId => Running.Id;

    /// <summary>Whether swtpm still runs.</summary>
    public bool IsRunning => _process is { HasEnded: false };

    /// <summary>Powers a TPM on: what is in the folder, or a new one.</summary>
    public static Emulator Start(EmulatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options = options with { Folder = Path.GetFullPath(options.Folder) };
        Directory.CreateDirectory(options.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var folderLock = TakeFolder(options.Folder);
        Endpoints? endpoints = null;
        try
        {
            endpoints = Endpoints.Choose(options.Folder, options.Endpoint);
            return new Emulator(options, endpoints, folderLock);
        }
        catch
        {
            endpoints?.Dispose();
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>TPM Reset in order: Shutdown(CLEAR), power off and on, Startup(CLEAR). resetCount rises, the clock stays safe, PCRs start anew.</summary>
    public void Reboot() => Cycle(Clear);

    /// <summary>TPM Resume, as after a suspend to memory: Shutdown(STATE), power off and on, Startup(STATE). restartCount rises, PCRs are kept.</summary>
    public void SuspendAndResume() => Cycle(State);

    /// <summary>The power goes without warning: swtpm is killed and started again. resetCount rises, and the clock is not
    /// safe until it has passed what may have been told before.</summary>
    public void PowerCut()
    {
        lock (_power)
        {
            Running.Kill();
            _process!.Dispose();
            _process = null;
            _process = EmulatorProcess.Start(_options, _endpoints);
        }
    }

    /// <summary>Powers the TPM off in order. The folder can be started again.</summary>
    public void Dispose()
    {
        lock (_power)
        {
            if (_process is not { } process)
            {
                return;
            }

            _process = null;
            process.Shutdown();
            process.Dispose();
            _endpoints.Dispose();
            _folderLock.Dispose();
        }
    }

    // swtpm locks its state as well, but a second one would first be taken for the one whose sockets answer.
    private static FileStream TakeFolder(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "emulator.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken)
        {
            throw new EmulatorException(EmulatorProcess.FolderTaken(folder), taken);
        }
    }

    private EmulatorProcess Running => _process switch
    {
        null => throw new ObjectDisposedException(nameof(Emulator)),
        { HasEnded: true } dead => throw new EmulatorException(dead.Explain()),
        var alive => alive,
    };

    private void Cycle(ushort startupType)
    {
        lock (_power)
        {
            _ = Running;
            // TPM 2.0 Part 3, 9.4 and 9.3; swtpm starts up by itself only when its process starts.
            Command("TPM2_Shutdown", 0x145, startupType);
            PowerCycle();
            Command("TPM2_Startup", 0x144, startupType);
        }
    }

    private void PowerCycle()
    {
        try
        {
            new SwtpmControl(_endpoints.Control, _options.Patience).Init();
        }
        catch (TpmTransportException failed)
        {
            throw new EmulatorException($"{failed.Message}; see {LogPath}", failed);
        }
    }

    private void Command(string name, uint code, ushort type)
    {
        Span<byte> command = stackalloc byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(command, NoSessions);
        BinaryPrimitives.WriteUInt32BigEndian(command[2..], 12);
        BinaryPrimitives.WriteUInt32BigEndian(command[6..], code);
        BinaryPrimitives.WriteUInt16BigEndian(command[10..], type);
        Span<byte> answer = stackalloc byte[64];
        int length;
        try
        {
            using var socket = Endpoints.Connect(_endpoints.Data);
            socket.SendTimeout = socket.ReceiveTimeout = (int)_options.Patience.TotalMilliseconds;
            socket.Send(command);
            length = socket.Receive(answer);
        }
        catch (SocketException silent)
        {
            throw new EmulatorException(
                $"swtpm did not answer {name} within {_options.Patience.TotalSeconds:0.###} s ({silent.Message}): does another client hold its connection? See {LogPath}", silent);
        }

        if (length < 10 || BinaryPrimitives.ReadUInt32BigEndian(answer[6..]) is not 0)
        {
            throw new EmulatorException($"{name} failed: the TPM answered {Convert.ToHexStringLower(answer[..length])}");
        }
    }

    // TPM_ST_NO_SESSIONS, TPM_SU_CLEAR, TPM_SU_STATE.
    private const ushort NoSessions = 0x8001;
    private const ushort Clear = 0;
    private const ushort State = 1;
}
