using System.Formats.Cbor;
using System.Security.Cryptography;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Records;
using static Shype.Attest.Appraisal.References.Corim.CorimReader;

namespace Shype.Attest.Appraisal.References.Corim;

/// <summary>
/// Reads one CoMID (draft-ietf-rats-corim 5): its reference-value triples. A condition beside a value that this verifier could not check refuses the whole,
/// because the value alone would mean more than its maker said.
/// </summary>
internal sealed class ComidReader(string? profile, ReferenceContent content)
{
    public void Read(CorimCursor cursor)
    {
        var start = cursor.Offset;
        var members = cursor.Map("comid", (key, at) => key switch
        {
            1 => Do(() => ReadIdentity(at)),
            2 => Do(() => at.Each("entities", AppraisalLimits.MaxCorimTags, entity => ReadEntity(entity, content.Entities))),
            4 => Do(() => CountUnused(at.Map("triples", ReadTriples).Unknown)),
            _ => false,
        });
        if (!members.Has(1) || !members.Has(4))
        {
            throw CorimCursor.RefuseAt(start, "comid", "tag-identity (1) and triples (4) are needed");
        }
    }

    // Apart from the reading: "+=" would take the count from before it.
    private void CountUnused(int count) => content.Unused += count;

    private void ReadIdentity(CorimCursor cursor)
    {
        var start = cursor.Offset;
        var members = cursor.Map("tag-identity", (key, at) => key switch
        {
            0 => Do(() => ReadId(at, "tag-id")),
            1 => Do(() => content.Sequence = Math.Max(content.Sequence, at.UInt("tag-version") is var version and <= int.MaxValue
                ? (long)version
                : throw at.Refuse("tag-version", "is over 2147483647"))),
            _ => false,
        });
        if (!members.Has(0))
        {
            throw CorimCursor.RefuseAt(start, "tag-identity", "a tag-id (0) is needed");
        }
    }

    private bool ReadTriples(int key, CorimCursor cursor) => key switch
    {
        0 => Do(() => cursor.Each("reference-triples", AppraisalLimits.MaxReferences, ReadReference)),
        3 => Do(() => cursor.Each("attest-key-triples", AppraisalLimits.MaxReferences, ReadKeys)),
        _ => false,
    };

    private void ReadReference(CorimCursor cursor)
    {
        cursor.Array(2, "reference-triple");
        var environment = Environment.Read(cursor);
        if (cursor.Each("measurements", AppraisalLimits.MaxReferences, at => ReadMeasurement(at, environment)) == 0)
        {
            throw cursor.Refuse("measurements", "at least one is needed");
        }

        cursor.EndArray();
    }

    // An attestation key's trust comes from enrolment; a triple that breaks its profile still refuses the CoRIM.
    private void ReadKeys(CorimCursor cursor)
    {
        cursor.Array(2, "attest-key-triple");
        Environment.Read(cursor);
        var start = cursor.Offset;
        var count = cursor.Each("keys", AppraisalLimits.MaxReferences, at => at.Skip("key"));
        if (count == 0 || (profile == CorimProfiles.ParsecTpm && count != 1))
        {
            throw CorimCursor.RefuseAt(start, "keys", $"{count} keys for one attester, 1 is needed");
        }

        cursor.EndArray();
        content.Unused++;
    }

    private void ReadMeasurement(CorimCursor cursor, Environment environment)
    {
        var start = cursor.Offset;
        Value? value = null;
        (ulong? number, string? text) = (null, null);
        var members = cursor.Map("measurement", (key, at) => key switch
        {
            0 => Do(() => (number, text) = ReadKey(at)),
            1 => Do(() => value = Value.Read(at)),
            _ => false,
        });
        if (value is null || members.Unknown > 0)
        {
            throw CorimCursor.RefuseAt(start, "measurement", value is null ? "a value (1) is needed" : "it has conditions that this verifier cannot check");
        }

        if (value.Registers is { } registers && value.Digests is null && value.Raw is null)
        {
            content.Pcrs.AddRange(registers.Select(register => new PcrReference { Name = environment.Name, Pcr = register.Pcr, Digests = register.Digests }));
            return;
        }

        switch (profile)
        {
            case CorimProfiles.ParsecTpm:
                content.Pcrs.Add(ParsecPcr(start, number, value, environment));
                break;
            case CorimProfiles.Own when text == DocumentKey && environment is { Vendor: DocumentVendor, Model: DocumentModel }:
                ReadDocument(start, value);
                break;
            default:
                content.Unused++;
                break;
        }
    }

    private static PcrReference ParsecPcr(int start, ulong? number, Value value, Environment environment)
    {
        if (number is not { } pcr || !PcrIndex.TryCreate(pcr, out var index))
        {
            throw CorimCursor.RefuseAt(start, "mkey", "the number of a PCR, 0 to 23, is needed by this profile");
        }

        return value is { Digests: { Count: > 0 } digests, Raw: null }
            ? new PcrReference { Name = environment.Name, Pcr = index.Value, Digests = digests }
            : throw CorimCursor.RefuseAt(start, "mval", "digests (2), and nothing beside them, are needed by this profile");
    }

    private void ReadDocument(int start, Value value)
    {
        // The digest beside it lets tools that know CoRIM and not us compare documents.
        if (value is not { Raw: { } json, Digests: [var digest] } || digest.Kind != MeasuredDigest.Sha256 || !SHA256.HashData(json.Span).AsSpan().SequenceEqual(digest.Value))
        {
            throw CorimCursor.RefuseAt(start, "reference-document", "a raw value (4) with its sha-256 (2) is needed");
        }

        if (content.Document is not null)
        {
            throw CorimCursor.RefuseAt(start, "reference-document", "there are two");
        }

        content.Document = ReferenceSet.TryRead(json.Span, out var set, out var problem) && set.Document.Pcrs.Count == 0
            ? set.Document
            : throw CorimCursor.RefuseAt(start, "reference-document", problem?.ToString() ?? "its pcrs belong into integrity registers (14)");
    }

    private static (ulong?, string?) ReadKey(CorimCursor cursor)
    {
        switch (cursor.Next)
        {
            case CborReaderState.UnsignedInteger:
                return (cursor.UInt("mkey"), null);
            case CborReaderState.TextString:
                return (null, cursor.Text("mkey"));
            default:
                cursor.Skip("mkey");
                return (null, null);
        }
    }

    /// <summary>The key and class of the measurement that carries a reference document.</summary>
    internal const string DocumentKey = "reference-document", DocumentVendor = "Shype.Attest", DocumentModel = "references";
}
