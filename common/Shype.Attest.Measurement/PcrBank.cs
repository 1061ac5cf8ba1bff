using System.Security.Cryptography;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement;

/// <summary>The 24 PCR values of one bank. Digests of another size do not get in.</summary>
public sealed class PcrBank
{
    private readonly byte[] _values;
    private readonly int _size;

    private PcrBank(AlgorithmId algorithm)
    {
        _size = algorithm.DigestSize();
        if (_size == 0)
        {
            throw new ArgumentException($"{algorithm} is not a hash that a PCR bank can have", nameof(algorithm));
        }

        Algorithm = algorithm;
        _values = new byte[PcrIndex.Count * _size];
    }

    /// <summary>The bank's hash.</summary>
    public AlgorithmId Algorithm { get; }

    /// <summary>Bytes of each value.</summary>
    public int DigestSize => _size;

    /// <summary>
    /// Whether firmware measured into this bank: some PCR of 0 to 7 is not zero. A bank that nobody capped can be filled by anybody with any
    /// history, so it must not be believed.
    /// </summary>
    public bool IsCapped => _values.AsSpan(0, 8 * _size).ContainsAnyExcept((byte)0);

    /// <summary>The value of one PCR.</summary>
    public ReadOnlySpan<byte> this[PcrIndex pcr] => Slot(pcr);

    /// <summary>The bank after TPM Reset (PC Client TPM Profile, 4.6): PCRs 17 to 22 all ones, the others zero.</summary>
    public static PcrBank AtReset(AlgorithmId algorithm)
    {
        var bank = new PcrBank(algorithm);
        bank._values.AsSpan(17 * bank._size, 6 * bank._size).Fill(0xff);
        return bank;
    }

    /// <summary>TPM2_PCR_Extend: the new value is the hash of the old one followed by the digest.</summary>
    public void Extend(PcrIndex pcr, ReadOnlySpan<byte> digest)
    {
        RequireSize(digest);
        Span<byte> joined = stackalloc byte[2 * MaxDigestSize];
        joined = joined[..(2 * _size)];
        var slot = Slot(pcr);
        slot.CopyTo(joined);
        digest.CopyTo(joined[_size..]);
        Algorithm.Hash(joined, slot);
    }

    /// <summary>Puts a value read from a TPM, or known from elsewhere, in place.</summary>
    public void Set(PcrIndex pcr, ReadOnlySpan<byte> value)
    {
        RequireSize(value);
        value.CopyTo(Slot(pcr));
    }

    /// <summary>A bank of its own with the same values.</summary>
    public PcrBank Copy()
    {
        var copy = new PcrBank(Algorithm);
        _values.CopyTo(copy._values, 0);
        return copy;
    }

    private Span<byte> Slot(PcrIndex pcr) => _values.AsSpan(pcr.Value * _size, _size);

    private void RequireSize(ReadOnlySpan<byte> digest)
    {
        if (digest.Length != _size)
        {
            throw new ArgumentException($"the {Algorithm.ToText()} bank takes {_size} bytes, {digest.Length} given", nameof(digest));
        }
    }

    private const int MaxDigestSize = SHA512.HashSizeInBytes;
}
