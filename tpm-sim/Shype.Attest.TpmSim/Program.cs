using System.CommandLine;
using System.Net.Sockets;
using Shype.Attest.Tpm.Client;
using Shype.Attest.TpmSim;
using Shype.Attest.TpmSim.Cli;
using Shype.Attest.TpmSim.Emulation;

var root = new RootCommand("Runs real TPM 2.0 emulators (swtpm) as hosts that boot measured.")
{
    CommonOptions.Json,
    MakeCommands.Authority(),
    MakeCommands.Manufacture(),
    RunCommand.Run(),
};
foreach (var command in PowerCommands.All())
{
    root.Add(command);
}

var parsed = root.Parse(args);
var json = parsed.GetValue(CommonOptions.Json);
if (parsed.Errors.Count > 0)
{
    return Report.Fail(json, string.Join("; ", parsed.Errors.Select(error => error.Message)), ExitCodes.Usage);
}

try
{
    // Signals are the commands' own business: an emulator has to be ended in order.
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception refused) when (refused is SimulatorException or IOException or UnauthorizedAccessException)
{
    return Report.Fail(json, refused.Message, ExitCodes.Usage);
}
catch (Exception failed) when (failed is EmulatorException or TpmFailedException or SocketException)
{
    return Report.Fail(json, failed.Message, ExitCodes.Unavailable);
}
