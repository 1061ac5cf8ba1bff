using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Tpm.Crypto;

/// <summary>The digest over PCR values that a quote or a creation holds (TPM 2.0 Part 3, 18.4).</summary>
public static class PcrComposite
{
    /// <summary>
    /// The digest, by the hash of the signature, over the values in the quote's order: selection by selection, ascending within each.
    /// </summary>
    /// <exception cref="ArgumentException">A value is missing or not of its bank's size.</exception>
    public static byte[] Digest(AlgorithmId signingHash, PcrSelectionList selection, Func<AlgorithmId, int, ReadOnlySpan<byte>> value)
    {
        var digest = new byte[signingHash.DigestSize()];
        return TryDigest(signingHash, selection, value, static (inner, bank, pcr) => inner(bank, pcr), digest, out _)
            ? digest
            : throw new ArgumentException("a selected PCR has no value of its bank's size", nameof(value));
    }

    /// <summary>
    /// The same without allocating: <paramref name="value"/> gets <paramref name="state"/>. False where a value is missing (empty) or not of its bank's size.
    /// </summary>
    public static bool TryDigest<TState>(
        AlgorithmId signingHash,
        PcrSelectionList selection,
        TState state,
        Func<TState, AlgorithmId, int, ReadOnlySpan<byte>> value,
        Span<byte> destination,
        out int written)
    {
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentNullException.ThrowIfNull(value);
        var total = TotalBytes(selection);
        var joined = total <= StackBytes ? stackalloc byte[StackBytes] : new byte[total];
        var used = 0;
        foreach (var bank in selection.Selections)
        {
            var size = bank.Bank.WireDigestSize();
            for (var pcr = 0; pcr < 32; pcr++)
            {
                if (!bank.Has(pcr))
                {
                    continue;
                }

                var one = value(state, bank.Bank, pcr);
                if (one.Length != size)
                {
                    written = 0;
                    return false;
                }

                one.CopyTo(joined[used..]);
                used += size;
            }
        }

        written = signingHash.Hash(joined[..used], destination);
        return true;
    }

    private static int TotalBytes(PcrSelectionList selection)
    {
        var total = 0;
        foreach (var bank in selection.Selections)
        {
            total += bank.Count * bank.Bank.WireDigestSize();
        }

        return total;
    }

    private const int StackBytes = 1024;
}
