using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Memory;

/// <summary>The PCRs as the logs together explain them, in the order in which appraisals ask the logs: ours, the kernel's, the firmware's.</summary>
internal static class ExplainedPcrs
{
    public static IReadOnlyList<PcrValue> Of(HostMemory memory)
    {
        List<PcrValue> values = [];
        foreach (var bank in memory.Firmware?.Banks.Select(firmware => firmware.Values.Algorithm).Union(memory.Boot?.Logs.Select(log => log.Bank) ?? []) ?? [])
        {
            for (var pcr = 0; pcr < PcrIndex.Count; pcr++)
            {
                if (Value(memory, bank, pcr) is { IsEmpty: false } value)
                {
                    values.Add(new PcrValue(bank.ToText(), pcr, value.ToArray()));
                }
            }
        }

        return values;
    }

    private static ReadOnlySpan<byte> Value(HostMemory memory, AlgorithmId bank, int pcr) =>
        memory.Boot?.Logs.FirstOrDefault(log => log.Bank == bank && log.Pcrs.Contains(new PcrIndex(pcr))) is { } log ? log[new PcrIndex(pcr)]
        : pcr == ImaPcr.Usual.Value && memory.Ima?.Find(bank) is { } kernel ? kernel.Value.Span
        : memory.Firmware?.Find(bank) is { } firmware && firmware.Explains(pcr) ? firmware.Values[new PcrIndex(pcr)]
        : default;
}
