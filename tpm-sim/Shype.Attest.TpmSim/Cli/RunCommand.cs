using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Shype.Attest.TpmSim.Control;
using Shype.Attest.TpmSim.Emulation;

namespace Shype.Attest.TpmSim.Cli;

/// <summary><c>run</c>: a host that is on until it is told to end.</summary>
internal static class RunCommand
{
    public static Command Run()
    {
        var folder = CommonOptions.TpmFolder();
        var tcp = new Option<bool>("--tcp") { Description = "Listen on two TCP ports of the loopback address instead of UNIX sockets" };
        var eventLog = new Option<string?>("--event-log") { Description = "Where the firmware's log goes (default: event.log in the folder)", HelpName = "FILE" };
        var bootId = new Option<string?>("--boot-id") { Description = "Where the boot id goes (default: boot_id in the folder)", HelpName = "FILE" };
        var withParent = new Option<bool>("--stop-with-parent") { Description = "End when the process that started this one has ended" };
        var boot = new BootOptions();
        var command = new Command("run", "Powers a host on, measures its boot, and runs until SIGTERM or Ctrl-C") { folder, tcp, eventLog, bootId, withParent };
        boot.AddTo(command);
        command.SetAction(parsed =>
        {
            var options = new RunningPlatformOptions
            {
                Tpm = new EmulatorOptions
                {
                    Folder = RequireTpm(parsed.GetRequiredValue(folder)),
                    Endpoint = parsed.GetValue(tcp) ? EmulatorEndpoint.Tcp : EmulatorEndpoint.UnixSocket,
                },
                Platform = boot.Read(parsed),
                EventLogPath = parsed.GetValue(eventLog),
                BootIdPath = parsed.GetValue(bootId),
            };
            return Run(options, parsed.GetValue(CommonOptions.Json), parsed.GetValue(withParent));
        });
        return command;
    }

    private static int Run(RunningPlatformOptions options, bool json, bool withParent)
    {
        var parent = withParent ? ParentProcess() : 0;
        using var told = new ManualResetEventSlim();
        using var terminate = Ends(PosixSignal.SIGTERM, told);
        using var interrupt = Ends(PosixSignal.SIGINT, told);
        using var hangUp = Ends(PosixSignal.SIGHUP, told);
        using var platform = RunningPlatform.PowerOn(options);
        using var control = ControlServer.Start(platform);
        Report.Write(json, Describe(platform), ReportJson.Default.ReadyReport, ready => $"ready {ready.Ready} {ready.Tcti}");
        while (!told.Wait(WatchInterval))
        {
            if (withParent && ParentProcess() != parent)
            {
                break;
            }

            platform.RequireAlive();
        }

        return ExitCodes.Success;
    }

    private static PosixSignalRegistration Ends(PosixSignal signal, ManualResetEventSlim told) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        told.Set();
    });

    private static ReadyReport Describe(RunningPlatform platform) => new(
        platform.Tpm.Address,
        platform.Tpm.Tcti,
        platform.Tpm.Folder,
        Environment.ProcessId,
        platform.Boot is null ? null : platform.EventLogPath,
        platform.BootIdPath,
        platform.BootId);

    // A folder that was mistyped would otherwise become a new TPM.
    private static string RequireTpm(string folder) => File.Exists(Path.Combine(folder, "tpm2-00.permall"))
        ? folder
        : throw new SimulatorException($"{folder} is no TPM: make one with shype-tpm-sim manufacture --folder {folder} --ca CA");

    private static int ParentProcess()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("PPid:", StringComparison.Ordinal));
        return int.Parse(line.AsSpan("PPid:".Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(250);
}
