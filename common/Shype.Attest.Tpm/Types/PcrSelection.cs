using System.Numerics;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMS_PCR_SELECTION (TPM 2.0 Part 2, 10.6.2): some PCRs of one bank.</summary>
/// <param name="Bank">The bank's hash.</param>
/// <param name="Mask">Bit n selects PCR n.</param>
/// <param name="SelectBytes">Bytes of the bitmap on the wire.</param>
public sealed record PcrSelection(AlgorithmId Bank, uint Mask, int SelectBytes = 3) : ITpmStructure<PcrSelection>
{
    /// <inheritdoc/>
    public static string StructureName => "TPMS_PCR_SELECTION";

    /// <summary>The PCRs, ascending.</summary>
    public IReadOnlyList<int> Pcrs
    {
        get
        {
            var pcrs = new int[Count];
            var next = 0;
            for (var left = Mask; left != 0; left &= left - 1)
            {
                pcrs[next++] = BitOperations.TrailingZeroCount(left);
            }

            return pcrs;
        }
    }

    /// <summary>How many PCRs.</summary>
    public int Count => BitOperations.PopCount(Mask);

    /// <summary>Some PCRs of a bank.</summary>
    public static PcrSelection Of(AlgorithmId bank, params ReadOnlySpan<int> pcrs)
    {
        var mask = 0u;
        var highest = 23;
        foreach (var pcr in pcrs)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(pcr, nameof(pcrs));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(pcr, WireLimits.MaxPcrSelectBytes * 8, nameof(pcrs));
            mask |= 1u << pcr;
            highest = Math.Max(highest, pcr);
        }

        return new PcrSelection(bank, mask, (highest / 8) + 1);
    }

    /// <inheritdoc/>
    public static PcrSelection Read(ref TpmReader reader)
    {
        var bank = reader.ReadHash("pcrSelection.hash");
        var size = reader.ReadByte("sizeofSelect");
        if (size is 0 or > WireLimits.MaxPcrSelectBytes)
        {
            throw reader.Refuse("sizeofSelect", $"is {size}; 1 to {WireLimits.MaxPcrSelectBytes} are allowed", sizeof(byte));
        }

        var bitmap = reader.ReadBytes(size, "pcrSelect");
        var mask = 0u;
        for (var i = 0; i < size; i++)
        {
            mask |= (uint)bitmap[i] << (8 * i);
        }

        return new PcrSelection(bank, mask, size);
    }

    /// <summary>Whether a PCR is selected.</summary>
    public bool Has(int pcr) => pcr is >= 0 and < 32 && (Mask & (1u << pcr)) != 0;

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer)
    {
        writer.WriteAlgorithm(Bank);
        writer.WriteByte((byte)SelectBytes);
        for (var i = 0; i < SelectBytes; i++)
        {
            writer.WriteByte((byte)(Mask >> (8 * i)));
        }
    }

    /// <summary>"sha256:0,4,7", as tpm2-tools write it.</summary>
    public override string ToString() => $"{Bank.ToText()}:{string.Join(',', Pcrs)}";
}
