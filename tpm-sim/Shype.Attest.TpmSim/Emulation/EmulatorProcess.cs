using System.Diagnostics;
using System.Text;
using Shype.Attest.Tpm.Client;

namespace Shype.Attest.TpmSim.Emulation;

/// <summary>One run of swtpm: ends with this process, whatever ends this process.</summary>
internal sealed class EmulatorProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _complaints = new();
    private readonly EmulatorOptions _options;
    private readonly SwtpmControl _control;
    private readonly long _logStart;

    private EmulatorProcess(Process process, EmulatorOptions options, SwtpmControl control, long logStart)
    {
        _logStart = logStart;
        _process = process;
        _options = options;
        _control = control;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_complaints)
            {
                _complaints.AppendLine(line.Data);
            }
        };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>Starts swtpm and waits until it answers on its control channel.</summary>
    public static EmulatorProcess Start(EmulatorOptions options, Endpoints endpoints)
    {
        if (!Launcher.IsInstalled(options.Program))
        {
            throw new EmulatorException($"{options.Program}, the TPM emulator, is not installed: apt-get install swtpm swtpm-tools");
        }

        var control = new SwtpmControl(endpoints.Control, options.Patience);
        var log = new FileInfo(LogPath(options.Folder));
        var logStart = log.Exists ? log.Length : 0;
        var emulator = new EmulatorProcess(Launcher.Start(CommandLine(options, endpoints)), options, control, logStart);
        try
        {
            emulator.AwaitReady();
            return emulator;
        }
        catch
        {
            emulator.Kill();
            emulator.Dispose();
            throw;
        }
    }

    /// <summary>Ends swtpm in order.</summary>
    public void Shutdown()
    {
        try
        {
            _control.Shutdown();
        }
        catch (Exception failed) when (failed is TpmTransportException or EmulatorException)
        {
            // Not answering is what happens to one that is already dead or hangs; the kill below ends both.
        }

        if (!_process.WaitForExit(_options.Patience))
        {
            Kill();
        }
    }

    /// <summary>SIGKILL, waited for.</summary>
    public void Kill()
    {
        _process.Kill();
        if (!_process.WaitForExit(_options.Patience))
        {
            throw new EmulatorException($"swtpm (process {Id}) did not die within {Seconds(_options.Patience)} of SIGKILL");
        }
    }

    public void Dispose() => _process.Dispose();

    /// <summary>Why swtpm is not there, from its own words.</summary>
    public string Explain()
    {
        string said;
        lock (_complaints)
        {
            said = _complaints.ToString();
        }

        said = string.Join("; ", (said + LogOfThisRun()).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(LinesToQuote));
        return said.Contains("Could not lock access to lockfile", StringComparison.Ordinal)
            ? FolderTaken(_options.Folder)
            : $"swtpm ended with status {_process.ExitCode}: {(said.Length == 0 ? "" : said + "; ")}see {LogPath(_options.Folder)}";
    }

    public static string FolderTaken(string folder) => $"another emulator is using {folder}: end it first, or take another folder";

    public static string LogPath(string folder) => Path.Combine(folder, LogName);

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds:0.###} s";

    private string LogOfThisRun()
    {
        if (!File.Exists(LogPath(_options.Folder)))
        {
            return "";
        }

        using var log = new StreamReader(LogPath(_options.Folder));
        log.BaseStream.Position = Math.Min(_logStart, log.BaseStream.Length);
        return log.ReadToEnd();
    }

    private void AwaitReady()
    {
        var watch = Stopwatch.StartNew();
        while (!_control.IsUp())
        {
            if (_process.HasExited)
            {
                // The last lines of its standard error arrive after the end.
                _process.WaitForExit();
                throw new EmulatorException(Explain());
            }

            if (watch.Elapsed > _options.Patience)
            {
                throw new EmulatorException($"swtpm did not answer within {Seconds(_options.Patience)}: see {LogPath(_options.Folder)}");
            }

            Thread.Sleep(PollMilliseconds);
        }
    }

    // swtpm's options split at commas, so its own paths are relative to the folder it runs in, whatever the folder is called.
    private static ProcessStartInfo CommandLine(EmulatorOptions options, Endpoints endpoints)
    {
        var (server, control) = endpoints.Data is System.Net.IPEndPoint data && endpoints.Control is System.Net.IPEndPoint ctrl
            ? ($"type=tcp,port={data.Port},bindaddr={data.Address}", $"type=tcp,port={ctrl.Port},bindaddr={ctrl.Address}")
            : ($"type=unixio,path={endpoints.RelativeTo(options.Folder, endpoints.Data)},mode=0600",
                $"type=unixio,path={endpoints.RelativeTo(options.Folder, endpoints.Control)},mode=0600");
        return new ProcessStartInfo(options.Program,
        [
            "socket", "--tpm2", "--tpmstate", "dir=.,mode=0600", "--server", server, "--ctrl", control,
            "--flags", "not-need-init,startup-clear", "--log", $"file={LogName}",
        ])
        {
            WorkingDirectory = options.Folder,
        };
    }

    private const string LogName = "swtpm.log";
    private const int LinesToQuote = 4;
    private const int PollMilliseconds = 2;
}
