using System.Globalization;
using Shype.Attest.Load;

if (args is [PeerProcess.Mode, var verifier, var certificate, var count])
{
    await SlowPeers.RunAsync(new Uri(verifier), certificate, int.Parse(count, CultureInfo.InvariantCulture), Console.In, Console.Out);
    return 0;
}

if (LoadOptions.Read(args) is not { } options)
{
    Console.Error.WriteLine(LoadOptions.Usage);
    return 2;
}

using var scene = new Scene(options);
var machine = MachineLoad.Begin();
var report = options.Mode switch
{
    LoadMode.Attest => await AttestLoad.RunAsync(scene),
    LoadMode.Fleet => await FleetLoad.RunAsync(scene),
    LoadMode.Askers => await AskersLoad.RunAsync(scene),
    LoadMode.Silent => await SilentLoad.RunAsync(scene),
    _ => await WatchLoad.RunAsync(scene),
};
report.Write(Console.Out, machine.End(), options.IsJson);
return report.IsWhole ? 0 : 1;
