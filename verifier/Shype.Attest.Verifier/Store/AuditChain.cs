using System.Formats.Cbor;
using System.Security.Cryptography;
using Shype.Attest.Protocol.Audit;

namespace Shype.Attest.Verifier.Store;

/// <summary>
/// Each record's hash covers the record and the hash before it; which record is the last is marked under a key that the database does not hold.
/// Whoever can write the database but not read the key file can neither change, remove, add nor reorder records, nor cut the end, without being found.
/// Others check by the heads that are signed (<see cref="AuditHead"/>).
/// </summary>
internal sealed class AuditChain(byte[] key)
{
    /// <summary>Authenticates which record is the last.</summary>
    public byte[] HeadCode(long number, ReadOnlySpan<byte> hash)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(3);
        writer.WriteTextString("shype audit head 1");
        writer.WriteInt64(number);
        writer.WriteByteString(hash);
        writer.WriteEndArray();
        return HMACSHA256.HashData(key, writer.Encode());
    }

    /// <summary>Whether this is the record that was marked as the last.</summary>
    public bool IsMarked((long Number, byte[] Hash) last, (long Number, byte[] Code)? mark) => mark is { } marked
        ? marked.Number == last.Number && CryptographicOperations.FixedTimeEquals(HeadCode(last.Number, last.Hash), marked.Code)
        : last.Number == 0;

    /// <summary>Walks all records; says what is wrong with the first one that does not follow, or null.</summary>
    public string? FindBreak(IEnumerable<AuditEntry> records, long keyedUntil, (long Number, byte[] Code)? mark)
    {
        var (previous, expected) = (AuditEntry.Start, 1L);
        foreach (var record in records)
        {
            if (record.Number != expected)
            {
                return $"record {expected} is missing: {record.Number} stands in its place";
            }

            var hash = record.Number <= keyedUntil ? HMACSHA256.HashData(key, record.Covered("shype audit 1", previous)) : record.HashAfter(previous);
            if (Convert.ToHexStringLower(hash) != record.Hash)
            {
                return $"record {record.Number} is not the one that was written";
            }

            (previous, expected) = (hash, expected + 1);
        }

        return (mark, expected - 1) switch
        {
            var (marked, last) when IsMarked((last, previous), marked) => null,
            (null, _) => "the mark of the last record is missing",
            ({ } marked, var last) when marked.Number == last =>
                "the mark of the last record was not made with this verifier's audit key: the database is another's, or was rewritten",
            ({ } marked, var last) => $"the last record should be {marked.Number}, it is {last}",
        };
    }
}
