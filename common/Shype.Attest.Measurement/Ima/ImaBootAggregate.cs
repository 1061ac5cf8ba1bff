using System.Security.Cryptography;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Ima;

/// <summary>
/// The first entry of a list: a hash over the PCRs that firmware and boot loader measured into, which ties the list to its boot. Kernels differ in the PCRs (0
/// to 7, or 0 to 9 since Linux 5.8 where the hash is not SHA-1) and in the bank (SHA-1's, or that of the hash); every way that a kernel ever used is tried.
/// </summary>
public static class ImaBootAggregate
{
    /// <summary>The entry's name.</summary>
    public static ReadOnlySpan<byte> Name => "boot_aggregate"u8;

    /// <summary>Checks an entry against PCR values; null where it is right.</summary>
    public static ImaFinding? Check(in ImaEntry entry, IReadOnlyList<PcrBank> banks)
    {
        ArgumentNullException.ThrowIfNull(banks);
        if (!entry.TryGetDigest(out var digest))
        {
            return new(ImaFindingCode.BootAggregateMismatch, entry.Index, entry.Name, "the boot_aggregate has no digest");
        }

        if (digest.IsZero)
        {
            return new(ImaFindingCode.BootAggregateMismatch, entry.Index, entry.Name, "the boot_aggregate is zeros: the kernel found no TPM when IMA started", Found: digest.ToString());
        }

        var algorithm = digest.Algorithm == AlgorithmId.Error && digest.Hash.Length == 0 ? AlgorithmId.Sha1 : digest.Algorithm;
        byte[]? expected = null;
        foreach (var bank in banks)
        {
            if (bank.Algorithm != algorithm && bank.Algorithm != AlgorithmId.Sha1 || !algorithm.IsHash())
            {
                continue;
            }

            foreach (var pcrs in (ReadOnlySpan<int>)[LatestPcrs, FirstPcrs])
            {
                var value = Compute(algorithm, bank, pcrs);
                if (value.AsSpan().SequenceEqual(digest.Value.Span))
                {
                    return null;
                }

                expected ??= value;
            }
        }

        return expected is null
            ? new(ImaFindingCode.BootAggregateNotChecked, entry.Index, entry.Name, $"the PCRs of the bank {algorithm.ToText()} are not known", Found: digest.ToString())
            : new(ImaFindingCode.BootAggregateMismatch, entry.Index, entry.Name, "the boot_aggregate is of other PCR values",
                $"{algorithm.ToText()}:{Convert.ToHexStringLower(expected)}", digest.ToString());
    }

    /// <summary>The digest over PCR 0 and those after it.</summary>
    public static byte[] Compute(AlgorithmId algorithm, PcrBank bank, int pcrs = LatestPcrs)
    {
        ArgumentNullException.ThrowIfNull(bank);
        using var hash = IncrementalHash.CreateHash(algorithm.ToHashAlgorithmName());
        for (var pcr = 0; pcr < pcrs; pcr++)
        {
            hash.AppendData(bank[new PcrIndex(pcr)]);
        }

        return hash.GetHashAndReset();
    }

    private const int LatestPcrs = 10;
    private const int FirstPcrs = 8;
}
