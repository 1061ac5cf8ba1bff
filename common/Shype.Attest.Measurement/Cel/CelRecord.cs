using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Cel;

/// <summary>
/// A record of our log: a TCG Canonical Event Log record (CEL 1.0, 4.1) in CBOR, <c>{0: recnum, 1: pcr, 3: digests, 0x5348: content}</c>, whose
/// digests are the hashes of exactly the content bytes.
/// </summary>
public sealed class CelRecord
{
    private readonly BankDigest[] _digests;

    internal CelRecord(ulong number, PcrIndex pcr, BankDigest[] digests, ReadOnlyMemory<byte> content, MeasurementContent measurement, ReadOnlyMemory<byte> encoded)
    {
        RecordNumber = number;
        Pcr = pcr;
        _digests = digests;
        Content = content;
        Measurement = measurement;
        Encoded = encoded;
    }

    /// <summary>Place in the log, from 0.</summary>
    public ulong RecordNumber { get; }

    /// <summary>The PCR that the digests are extended into.</summary>
    public PcrIndex Pcr { get; }

    /// <summary>A digest for each bank, by ascending algorithm number.</summary>
    public IReadOnlyList<BankDigest> Digests => _digests;

    /// <summary>The content's bytes, which are what was hashed.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>What the content says.</summary>
    public MeasurementContent Measurement { get; }

    /// <summary>The whole record's bytes.</summary>
    public ReadOnlyMemory<byte> Encoded { get; }

    /// <summary>A new record, hashed for every bank.</summary>
    /// <exception cref="RecordFormatException">The content cannot be written.</exception>
    /// <exception cref="ArgumentException">No banks, or one that records do not use.</exception>
    public static CelRecord Create(ulong number, PcrPlan plan, IReadOnlyList<AlgorithmId> banks, MeasurementContent measurement)
    {
        ArgumentNullException.ThrowIfNull(banks);
        ArgumentNullException.ThrowIfNull(measurement);
        var sorted = banks.Distinct().Order().ToArray();
        if (sorted.Length is 0 or > MeasurementLimits.MaxBanks || !Array.TrueForAll(sorted, BankAlgorithms.IsAllowed))
        {
            throw new ArgumentException("records use one or more of sha256, sha384, sha512", nameof(banks));
        }

        var content = measurement.Encode();
        var digests = Array.ConvertAll(sorted, bank => new BankDigest(bank, bank.Hash(content)));
        var pcr = plan[measurement.Role];
        return new CelRecord(number, pcr, digests, content, measurement, CelCodec.Write(number, pcr, digests, content));
    }

    /// <summary>Reads one record with nothing after it, or says what is wrong. Whether the digests cover the content is <see cref="LogReplay"/>'s.</summary>
    public static bool TryDecode(
        ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out CelRecord? record, [NotNullWhen(false)] out RecordProblem? problem)
    {
        var codec = new CelCodec(bytes);
        if (!codec.TryRead(out record, out problem))
        {
            return false;
        }

        if (codec.Offset == bytes.Length)
        {
            return true;
        }

        problem = new(RecordProblemCode.Malformed, "record", codec.Offset, $"{bytes.Length - codec.Offset} bytes are left over", record.RecordNumber);
        record = null;
        return false;
    }

    /// <summary>Reads records that follow each other, or says what is wrong with the first that cannot be read.</summary>
    public static bool TryDecodeSequence(ReadOnlyMemory<byte> sequence, out IReadOnlyList<CelRecord> records, [NotNullWhen(false)] out RecordProblem? problem)
    {
        var (codec, read) = (new CelCodec(sequence), new List<CelRecord>());
        records = read;
        problem = null;
        while (!codec.AtEnd)
        {
            if (!codec.TryRead(out var record, out problem))
            {
                return false;
            }

            read.Add(record);
        }

        return true;
    }

    /// <summary>The digest for a bank; empty where the record has none.</summary>
    public ReadOnlyMemory<byte> Digest(AlgorithmId bank)
    {
        foreach (var digest in _digests)
        {
            if (digest.Algorithm == bank)
            {
                return digest.Value;
            }
        }

        return default;
    }

    internal ReadOnlySpan<BankDigest> DigestSpan => _digests;
}
