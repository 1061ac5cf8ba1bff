using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Ima;

/// <summary>What a kernel extends into a bank that is not SHA-1's.</summary>
public enum ImaDigestStyle
{
    /// <summary>The bank's own hash of the template data (Linux 5.8 and later).</summary>
    Hashed,

    /// <summary>The SHA-1 hash with zeros behind it (before).</summary>
    Padded,
}

/// <summary>One PCR of one bank that IMA extends, replayed. An entry goes in by its content: the list's own hash column is not believed.</summary>
public sealed class ImaPcr
{
    private readonly byte[] _joined;
    private readonly int _size;

    /// <summary>The PCR with the value that it had before the next entry.</summary>
    /// <param name="bank">The bank.</param>
    /// <param name="style">What the kernel extends.</param>
    /// <param name="value">The value; empty for that after TPM Reset.</param>
    public ImaPcr(AlgorithmId bank, ImaDigestStyle style, ReadOnlySpan<byte> value = default)
    {
        _size = bank.DigestSize();
        if (_size == 0 || value.Length != 0 && value.Length != _size)
        {
            throw new ArgumentException($"{bank.ToText()} has no PCR of {value.Length} bytes", nameof(value));
        }

        (Bank, Style) = (bank, style);
        _joined = new byte[2 * _size];
        value.CopyTo(_joined);
    }

    /// <summary>The PCR that IMA uses unless its kernel was built otherwise (CONFIG_IMA_MEASURE_PCR_IDX).</summary>
    public static PcrIndex Usual { get; } = new(10);

    /// <summary>The bank.</summary>
    public AlgorithmId Bank { get; }

    /// <summary>What the kernel extends.</summary>
    public ImaDigestStyle Style { get; }

    /// <summary>The value after the entries so far.</summary>
    public ReadOnlySpan<byte> Value => _joined.AsSpan(0, _size);

    /// <summary>Extends an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="sha1">The SHA-1 hash of its content, which the caller has anyhow.</param>
    public void Extend(in ImaEntry entry, ReadOnlySpan<byte> sha1)
    {
        var digest = _joined.AsSpan(_size);
        if (entry.IsViolation || Style == ImaDigestStyle.Padded)
        {
            // ima_pcr_extend: a violation is all ones, in old kernels as many as SHA-1 has.
            var used = Style == ImaDigestStyle.Padded ? digest[..sha1.Length] : digest;
            digest.Clear();
            if (entry.IsViolation)
            {
                used.Fill(0xff);
            }
            else
            {
                sha1.CopyTo(used);
            }
        }
        else if (Bank == AlgorithmId.Sha1)
        {
            sha1.CopyTo(digest);
        }
        else
        {
            entry.HashContent(Bank, digest);
        }

        Bank.Hash(_joined, _joined.AsSpan(0, _size));
    }
}
