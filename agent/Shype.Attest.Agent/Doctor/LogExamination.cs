using Shype.Attest.Agent.Configuration;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Protocol.Checks;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Agent.Doctor;

/// <summary>The logs that others write, held against the PCRs as a verifier will do it.</summary>
internal static class LogExamination
{
    /// <summary>The firmware's event log.</summary>
    public static void LookAtFirmwareLog(AgentOptions options, IReadOnlyList<PcrBank> banks, List<Check> checks) => checks.Add(HostExamination.Try(
        FirmwareLog, "Mount securityfs, boot with measured boot switched on, and run as root; another place is named by firmware-log.", () =>
        {
            if (!TcgEventLog.TryParse(ReadAll(options.FirmwareLog, MeasurementLimits.MaxFirmwareLogBytes), out var log, out var problem))
            {
                return Check.Wrong(FirmwareLog, $"{options.FirmwareLog}: {problem}", "Name the binary log (binary_bios_measurements); shype log show says more.");
            }

            var differing = new List<string>();
            foreach (var bank in banks.Where(bank => options.Banks.Contains(bank.Algorithm)))
            {
                if (!PcrReplay.TryReplay(log, bank.Algorithm, out var replay))
                {
                    return Check.Wrong(FirmwareLog, $"it has no digests of {bank.Algorithm.ToText()}", "Name a bank in banks that the log has: " + string.Join(", ", log.Banks.Select(has => has.Algorithm.ToText())) + ".");
                }

                // IMA's and ours are explained by other logs.
                var owned = replay.Explained.Where(pcr => pcr != ImaPcr.Usual && !options.Pcrs.Distinct().Contains(pcr));
                differing.AddRange(PcrReplay.Compare(replay, bank, owned).Select(difference => $"{bank.Algorithm.ToText()}:{difference.Pcr.Value}"));
            }

            return differing.Count == 0
                ? Check.Ok(FirmwareLog, $"{log.Events.Count} events{(banks.Count == 0 ? ", not compared: the TPM could not be asked" : " that lead to the PCRs")}")
                : Check.Wrong(
                    FirmwareLog, $"{log.Events.Count} events that do not lead to PCR {string.Join(", ", differing)}",
                    "Is it the log of this boot, and whole? Every verdict of this host will say so until it is; shype log show shows what it leads to.");
        }));

    /// <summary>The kernel's list of files.</summary>
    public static void LookAtImaList(AgentOptions options, IReadOnlyList<PcrBank> banks, List<Check> checks)
    {
        if (options.ImaLog is not { } path)
        {
            checks.Add(Check.Ok(ImaLog, "none is named: which files the kernel loads is not shown"));
            return;
        }

        checks.Add(HostExamination.Try(ImaLog, "Boot with ima_policy=tcb, mount securityfs and run as root; or take ima-log out of the settings.", () =>
        {
            var bank = banks.FirstOrDefault(bank => options.Banks.Contains(bank.Algorithm) && ImaList.Banks.Contains(bank.Algorithm));
            var questions = new ImaQuestions { Quoted = bank is null ? null : (bank.Algorithm, bank[ImaPcr.Usual].ToArray()) };
            if (!ImaList.TryRead(ReadAll(path, MaxImaBytes), questions, out var list, out var problem))
            {
                return Check.Wrong(ImaLog, $"{path}: {problem}", "Name the kernel's list (binary_runtime_measurements); shype ima show says more.");
            }

            if (list.Entries.Count == 0)
            {
                return Check.Wrong(ImaLog, $"{path} begins with nothing that is an entry of the kernel's list", "Name the kernel's list (binary_runtime_measurements); shype ima show says more.");
            }

            return bank is not null && list.Quoted is null
                ? Check.Wrong(ImaLog, $"{list.Entries.Count} entries that do not lead to PCR {ImaPcr.Usual.Value} of {bank.Algorithm.ToText()}", "Is it the list of this boot, and whole? shype ima show shows what it leads to.")
                : Check.Ok(ImaLog, $"{list.Entries.Count} entries{(bank is null ? ", not compared: the TPM could not be asked" : $" that lead to PCR {ImaPcr.Usual.Value}")}");
        }));
    }

    // The kernel's files say that they have no bytes: they are read to their end.
    private static byte[] ReadAll(string path, int maxBytes)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1);
        using var all = new MemoryStream();
        var chunk = new byte[64 * 1024];
        while (file.Read(chunk, 0, chunk.Length) is > 0 and var count)
        {
            if (all.Length + count > maxBytes)
            {
                throw new IOException($"{path} has more than {maxBytes} bytes");
            }

            all.Write(chunk, 0, count);
        }

        return all.ToArray();
    }

    private const string FirmwareLog = "event-log";
    private const string ImaLog = "ima-log";

    // As much as evidence can carry at once.
    private const int MaxImaBytes = 64 * 1024 * 1024;
}
