using System.Formats.Cbor;
using System.Security.Cryptography;

namespace Shype.Attest.Verifier.Store;

/// <summary>One decision as the audit keeps it.</summary>
/// <param name="Number">Its number, from 1 without gaps.</param>
/// <param name="At">When.</param>
/// <param name="Kind">What kind of decision, one of <see cref="AuditKinds"/>.</param>
/// <param name="Subject">Whom or what it is about.</param>
/// <param name="Actor">Who decided.</param>
/// <param name="Detail">Digests and values of the decision.</param>
/// <param name="Hash">The chain's value after it.</param>
internal sealed record AuditRecord(long Number, DateTimeOffset At, string Kind, string Subject, string Actor, string Detail, byte[] Hash);

/// <summary>
/// Each record's hash covers the record and the hash before it, under a key that the database does not hold: whoever can write the database but
/// not read the key file can neither change, remove, add nor reorder records, nor cut the end, without being found.
/// </summary>
internal sealed class AuditChain(byte[] key)
{
    /// <summary>The value before the first record.</summary>
    public static byte[] Start => new byte[HMACSHA256.HashSizeInBytes];

    /// <summary>The hash of a record that follows <paramref name="previous"/>.</summary>
    public byte[] Hash(ReadOnlySpan<byte> previous, long number, DateTimeOffset at, string kind, string subject, string actor, string detail)
    {
        // CBOR, so that no two records have the same bytes.
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(8);
        writer.WriteTextString("shype audit 1");
        writer.WriteByteString(previous);
        writer.WriteInt64(number);
        writer.WriteInt64(at.ToUnixTimeMilliseconds());
        writer.WriteTextString(kind);
        writer.WriteTextString(subject);
        writer.WriteTextString(actor);
        writer.WriteTextString(detail);
        writer.WriteEndArray();
        return HMACSHA256.HashData(key, writer.Encode());
    }

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

    /// <summary>Walks all records; says what is wrong with the first one that does not follow, or null.</summary>
    public string? FindBreak(IEnumerable<AuditRecord> records, (long Number, byte[] Code)? head)
    {
        var (previous, expected) = (Start, 1L);
        foreach (var record in records)
        {
            if (record.Number != expected)
            {
                return $"record {expected} is missing: {record.Number} stands in its place";
            }

            var hash = Hash(previous, record.Number, record.At, record.Kind, record.Subject, record.Actor, record.Detail);
            if (!CryptographicOperations.FixedTimeEquals(hash, record.Hash))
            {
                return $"record {record.Number} is not the one that was written";
            }

            (previous, expected) = (hash, expected + 1);
        }

        return (head, expected) switch
        {
            (null, 1) => null,
            (null, _) => "the mark of the last record is missing",
            ({ } last, _) when last.Number == expected - 1 && CryptographicOperations.FixedTimeEquals(HeadCode(last.Number, previous), last.Code) => null,
            ({ } last, _) => $"the last record should be {last.Number}, it is {expected - 1}",
        };
    }
}

/// <summary>What the audit records.</summary>
internal static class AuditKinds
{
    /// <summary>A host enrolled, or enrolled again with another attestation key.</summary>
    public const string Enrolment = "enrolment";

    /// <summary>A host proved its TPM and was refused all the same.</summary>
    public const string EnrolmentRefused = "enrolment-refused";

    /// <summary>An operator approved, revoked or reinstated a host.</summary>
    public const string HostState = "host-state";

    /// <summary>Evidence was appraised.</summary>
    public const string Appraisal = "appraisal";

    /// <summary>An operator put a host into another group.</summary>
    public const string HostGroup = "host-group";

    /// <summary>The appraisal policy of a group was replaced.</summary>
    public const string AppraisalPolicy = "appraisal-policy";

    /// <summary>An operator added, removed or switched an authority of TPMs.</summary>
    public const string Trust = "trust";

    /// <summary>A change of trust changed what verdicts say about a host's certificates.</summary>
    public const string TrustApplied = "trust-applied";

    /// <summary>The reference values were replaced.</summary>
    public const string References = "references";
}
