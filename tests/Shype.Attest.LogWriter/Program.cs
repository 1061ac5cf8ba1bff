// Appends VM records to the log named by the first argument until it is killed or the disk is full; prints the number of each one that is on disk.
using System.Globalization;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Types;

using var log = MeasurementLogFile.Open(args[0], new LogIdentity("boot", 1));
Console.WriteLine(log.Torn is { } torn ? $"torn {torn.Length}" : "clean");
try
{
    while (true)
    {
        var number = log.NextRecord;
        MeasurementContent content = number == 0
            ? new BootContent
            {
                BootId = "boot",
                AgentVersion = "1",
                AgentDigest = new MeasuredDigest(MeasuredDigest.Sha256, new byte[32]),
                Banks = [AlgorithmId.Sha256],
                Pcrs = PcrPlan.Default,
                Gate = GateMode.Enforce,
            }
            : new VmStopContent { Uuid = Guid.Empty, Reason = new string((char)('a' + (number % 26)), (int)(1 + (number * 37 % 512))) };
        log.Append(CelRecord.Create(number, PcrPlan.Default, [AlgorithmId.Sha256], content));
        Console.WriteLine(number.ToString(CultureInfo.InvariantCulture));
    }
}
catch (MeasurementLogException e)
{
    Console.WriteLine(e.Error.ToString());
    return 1;
}
