using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace Shype.Attest.TpmSim.Emulation;

/// <summary>
/// Starts programs that the kernel kills when this process ends, however it ends. The kernel's wish is tied to the thread that started the child
/// (prctl(2), PR_SET_PDEATHSIG: "the parent is the thread"), so one thread that never ends starts them all: a pool thread would take them along when it retires.
/// </summary>
internal static class Launcher
{
    public static Process Start(ProcessStartInfo program)
    {
        var bound = new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", "--", program.FileName, .. program.ArgumentList])
        {
            WorkingDirectory = program.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Requests.Add((bound, started));
        return started.Task.GetAwaiter().GetResult();
    }

    /// <summary>Whether a program would be found: asked first, because setpriv would only say so on its standard error.</summary>
    public static bool IsInstalled(string program) => program.Contains('/', StringComparison.Ordinal)
        ? File.Exists(program)
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));

    private static BlockingCollection<(ProcessStartInfo, TaskCompletionSource<Process>)> StartThread()
    {
        var requests = new BlockingCollection<(ProcessStartInfo, TaskCompletionSource<Process>)>();
        new Thread(() => Serve(requests)) { IsBackground = true, Name = "launcher" }.Start();
        return requests;
    }

    private static void Serve(BlockingCollection<(ProcessStartInfo, TaskCompletionSource<Process>)> requests)
    {
        foreach (var (program, started) in requests.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(program) ?? throw new EmulatorException($"{program.FileName} did not start"));
            }
            catch (Win32Exception missing)
            {
                started.SetException(new EmulatorException("setpriv, which ties emulators to this process, cannot be run: apt-get install util-linux", missing));
            }
            catch (Exception failed) when (failed is InvalidOperationException or EmulatorException)
            {
                started.SetException(failed);
            }
        }
    }

    private static readonly BlockingCollection<(ProcessStartInfo, TaskCompletionSource<Process>)> Requests = StartThread();
}
