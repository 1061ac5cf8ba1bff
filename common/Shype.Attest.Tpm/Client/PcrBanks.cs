using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Client;

/// <summary>PCR values that belong together, though a TPM returns eight at a time and others may extend meanwhile.</summary>
public sealed class PcrBanks
{
    private readonly Dictionary<(AlgorithmId Bank, int Pcr), byte[]> _values;

    private PcrBanks(PcrSelectionList pcrs, uint updateCounter, Dictionary<(AlgorithmId Bank, int Pcr), byte[]> values)
    {
        Pcrs = pcrs;
        UpdateCounter = updateCounter;
        _values = values;
    }

    /// <summary>What was read, as it was asked for.</summary>
    public PcrSelectionList Pcrs { get; }

    /// <summary>pcrUpdateCounter, the same for all values.</summary>
    public uint UpdateCounter { get; }

    /// <summary>One value, of those that were read.</summary>
    public ReadOnlyMemory<byte> this[AlgorithmId bank, int pcr] => _values[(bank, pcr)];

    /// <summary>Reads all these PCRs in one state; begins again while that moves.</summary>
    /// <exception cref="PcrsUnsettledException">They never stood still.</exception>
    /// <exception cref="ArgumentException">The TPM does not have one of them.</exception>
    public static PcrBanks Read(TpmClient client, PcrSelectionList pcrs)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(pcrs);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (TryRead(client, pcrs) is { } banks)
            {
                return banks;
            }
        }

        throw new PcrsUnsettledException(pcrs, Attempts);
    }

    private static PcrBanks? TryRead(TpmClient client, PcrSelectionList pcrs)
    {
        var values = new Dictionary<(AlgorithmId, int), byte[]>();
        var left = pcrs.Selections.GroupBy(selection => selection.Bank).Select(Merge).ToArray();
        uint? counter = null;
        while (Array.Exists(left, selection => selection.Mask != 0))
        {
            var missing = new PcrSelectionList([.. left.Where(selection => selection.Mask != 0)]);
            PcrReadResponse answer;
            try
            {
                answer = client.Execute(new PcrReadCommand(missing));
            }
            catch (TpmParameterException refused)
            {
                throw Absent(client, missing, refused);
            }

            if (counter is not null && counter != answer.UpdateCounter)
            {
                return null;
            }

            counter = answer.UpdateCounter;
            if (Take(answer, left, values) == 0)
            {
                throw Absent(client, missing, null);
            }
        }

        return new PcrBanks(pcrs, counter ?? 0, values);
    }

    private static PcrSelection Merge(IEnumerable<PcrSelection> ofOneBank) => ofOneBank.Aggregate((one, other) =>
        one with { Mask = one.Mask | other.Mask, SelectBytes = Math.Max(one.SelectBytes, other.SelectBytes) });

    // Takes the values of one answer off what is left to read, and says how many.
    private static int Take(PcrReadResponse answer, PcrSelection[] left, Dictionary<(AlgorithmId, int), byte[]> values)
    {
        var next = 0;
        foreach (var told in answer.Pcrs.Selections)
        {
            var at = Array.FindIndex(left, selection => selection.Bank == told.Bank);
            if (told.Mask != 0 && (at < 0 || (told.Mask & ~left[at].Mask) != 0))
            {
                throw Malformed("pcrSelectionOut", "has PCRs that were not asked for");
            }

            foreach (var pcr in told.Pcrs)
            {
                if (next == answer.Values.Digests.Count || answer.Values.Digests[next].Length != told.Bank.WireDigestSize())
                {
                    throw Malformed("pcrValues", $"has no digest of {told.Bank.ToText()} for PCR {pcr}");
                }

                values[(told.Bank, pcr)] = answer.Values.Digests[next++];
            }

            if (at >= 0)
            {
                left[at] = left[at] with { Mask = left[at].Mask & ~told.Mask };
            }
        }

        return next == answer.Values.Digests.Count ? next : throw Malformed("pcrValues", $"has {answer.Values.Digests.Count} digests for {next} PCRs");
    }

    // A bank that is not active reads as nothing; a hash that the TPM does not know is refused.
    private static ArgumentException Absent(TpmClient client, PcrSelectionList missing, Exception? refused) =>
        new($"this TPM does not have all of {missing}: its banks are {Capabilities.Banks(client)}", refused);

    private static TpmResponseException Malformed(string member, string problem) => new(CommandCode.PcrRead, new TpmFormatProblem(member, TpmHeader.Size, problem));

    private const int Attempts = 16;
}

/// <summary>PCRs that were extended during every attempt to read them.</summary>
public sealed class PcrsUnsettledException : TpmFailedException
{
    internal PcrsUnsettledException(PcrSelectionList pcrs, int attempts)
        : base($"PCRs changed during each of {attempts} attempts to read {pcrs}: something extends them without pause; stop it and try again")
    {
    }
}
