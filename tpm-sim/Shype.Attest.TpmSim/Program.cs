using System.CommandLine;
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
if (parsed.Errors is [var first, ..])
{
    return Report.Fail(json, first.Message, ExitCodes.Usage);
}

try
{
    // Signals are the commands' own business: an emulator has to be ended in order.
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (SimulatorException refused)
{
    return Report.Fail(json, refused.Message, ExitCodes.Usage);
}
catch (Exception failed) when (failed is EmulatorException or TpmFailedException)
{
    return Report.Fail(json, failed.Message, ExitCodes.Unavailable);
}
