using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Files;

/// <summary>PCR values as tpm2_quote and tpm2_pcrread write them.</summary>
public sealed class ToolPcrFile
{
    private readonly Dictionary<(AlgorithmId Bank, int Pcr), byte[]> _values;

    private ToolPcrFile(PcrSelectionList selections, Dictionary<(AlgorithmId Bank, int Pcr), byte[]> values)
    {
        Selections = selections;
        _values = values;
    }

    /// <summary>Which PCRs, in the order of the file.</summary>
    public PcrSelectionList Selections { get; }

    /// <summary>The value of a PCR; empty where the file has none.</summary>
    public ReadOnlySpan<byte> Value(AlgorithmId bank, int pcr) => _values.GetValueOrDefault((bank, pcr));

    /// <summary>
    /// Reads a file that names its PCRs: <c>serialized</c> (C structures of 32-bit little-endian machines) or <c>marshaled</c> (as the TPM writes them).
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> file, [NotNullWhen(true)] out ToolPcrFile? pcrs, [NotNullWhen(false)] out FileProblem? problem)
    {
        pcrs = null;

        // Both begin with the count of selections, at most 16: the byte that is not zero tells the order.
        if (file is not [0, 0, 0, ..])
        {
            return SerializedPcrs.TryRead(file, out var selections, out var digests, out problem) && TryPair(selections, digests, out pcrs, out problem);
        }

        if (!TpmWire.TryParse<MarshaledPcrs>(file, out var marshaled, out var format))
        {
            problem = new FileProblem(format.ToString());
            return false;
        }

        return TryPair(marshaled.Selections, marshaled.Digests, out pcrs, out problem);
    }

    /// <summary>Reads a file of bare values, which are of these PCRs: <c>values</c>.</summary>
    public static bool TryReadValues(
        ReadOnlySpan<byte> file,
        PcrSelectionList selections,
        [NotNullWhen(true)] out ToolPcrFile? pcrs,
        [NotNullWhen(false)] out FileProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(selections);
        var digests = new List<byte[]>();
        foreach (var selection in selections.Selections)
        {
            var size = selection.Bank.WireDigestSize();
            for (var i = 0; i < selection.Count; i++)
            {
                if (file.Length < size)
                {
                    pcrs = null;
                    problem = new FileProblem($"ends in the value {digests.Count + 1} of {selections.PcrCount}");
                    return false;
                }

                digests.Add(file[..size].ToArray());
                file = file[size..];
            }
        }

        if (!file.IsEmpty)
        {
            pcrs = null;
            problem = new FileProblem($"{file.Length} bytes are left over behind the values of {selections}");
            return false;
        }

        return TryPair(selections, digests, out pcrs, out problem);
    }

    private static bool TryPair(
        PcrSelectionList selections,
        List<byte[]> digests,
        [NotNullWhen(true)] out ToolPcrFile? pcrs,
        [NotNullWhen(false)] out FileProblem? problem)
    {
        pcrs = null;
        if (digests.Count != selections.PcrCount)
        {
            problem = new FileProblem($"holds {digests.Count} values for {selections.PcrCount} PCRs");
            return false;
        }

        var values = new Dictionary<(AlgorithmId, int), byte[]>(digests.Count);
        var next = 0;
        foreach (var selection in selections.Selections)
        {
            foreach (var pcr in selection.Pcrs)
            {
                var digest = digests[next++];
                if (digest.Length != selection.Bank.WireDigestSize())
                {
                    problem = new FileProblem($"PCR {pcr} of {selection.Bank.ToText()} has {digest.Length} bytes");
                    return false;
                }

                // Twice the same PCR: which of the two would be meant? (CVE-2024-29039)
                if (!values.TryAdd((selection.Bank, pcr), digest))
                {
                    problem = new FileProblem($"PCR {pcr} of {selection.Bank.ToText()} is there twice");
                    return false;
                }
            }
        }

        pcrs = new ToolPcrFile(selections, values);
        problem = null;
        return true;
    }
}
