using System.Formats.Cbor;
using System.Globalization;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Records;
using static Shype.Attest.Appraisal.References.Corim.CorimReader;

namespace Shype.Attest.Appraisal.References.Corim;

/// <summary>A measurement's value (measurement-values-map).</summary>
internal sealed class Value
{
    /// <summary>Digests (2), one for each algorithm.</summary>
    public IReadOnlyList<MeasuredDigest>? Digests { get; private set; }

    /// <summary>A raw value (4) in tag 560.</summary>
    public ReadOnlyMemory<byte>? Raw { get; private set; }

    /// <summary>Integrity registers (14).</summary>
    public IReadOnlyList<(int Pcr, IReadOnlyList<MeasuredDigest> Digests)>? Registers { get; private set; }

    public static Value Read(CorimCursor cursor)
    {
        var (value, start) = (new Value(), cursor.Offset);
        var members = cursor.Map("mval", (key, at) => key switch
        {
            2 => Do(() => value.Digests = ReadDigests(at)),
            4 => Do(() => value.Raw = ReadRaw(at)),
            // A name (11) is no condition.
            11 => Do(() => at.Text("name")),
            14 => Do(() => value.Registers = ReadRegisters(at)),
            _ => false,
        });
        return members.Unknown == 0
            ? value
            : throw CorimCursor.RefuseAt(start, "mval", "it has values of kinds that this verifier cannot compare; digests (2), raw values (4) and integrity registers (14) are possible");
    }

    private static ReadOnlyMemory<byte> ReadRaw(CorimCursor cursor)
    {
        cursor.Tag(560, "raw-value");
        return cursor.Bytes("raw-value");
    }

    private static List<(int, IReadOnlyList<MeasuredDigest>)> ReadRegisters(CorimCursor cursor)
    {
        List<(int, IReadOnlyList<MeasuredDigest>)> registers = [];
        var start = cursor.Offset;
        var members = cursor.Map("integrity-registers", (pcr, at) =>
        {
            var known = PcrIndex.TryCreate((ulong)pcr, out var index);
            return known && Do(() => registers.Add((index.Value, ReadDigests(at))));
        });
        return members.Unknown == 0 && registers.Count > 0
            ? registers
            : throw CorimCursor.RefuseAt(start, "integrity-registers", "PCRs, 0 to 23, are needed as names");
    }

    private static List<MeasuredDigest> ReadDigests(CorimCursor cursor)
    {
        List<MeasuredDigest> digests = [];
        var start = cursor.Offset;
        cursor.Each("digests", MaxDigests, at =>
        {
            at.Array(2, "digest");
            var kind = ReadAlgorithm(at);
            var value = at.Bytes("digest");
            digests.Add(MeasuredDigest.TryCreate(kind, value.Span, out var digest, out var problem) ? digest : throw at.Refuse("digest", problem));
            at.EndArray();
        });
        return digests.Count > 0 && digests.DistinctBy(digest => digest.Kind, StringComparer.Ordinal).Count() == digests.Count
            ? digests
            : throw CorimCursor.RefuseAt(start, "digests", "at least one, and not two of one algorithm, are needed");
    }

    // The IANA registry of named information (RFC 6920 9.4), by number or name; these are not the TPM's numbers.
    private static string ReadAlgorithm(CorimCursor cursor)
    {
        var start = cursor.Offset;
        var name = cursor.Next == CborReaderState.TextString ? cursor.Text("algorithm") : cursor.UInt("algorithm").ToString(CultureInfo.InvariantCulture);
        return name switch
        {
            "1" or "sha-256" => MeasuredDigest.Sha256,
            "7" or "sha-384" => MeasuredDigest.Sha384,
            "8" or "sha-512" => MeasuredDigest.Sha512,
            _ => throw CorimCursor.RefuseAt(start, "algorithm", $"'{name}' is none of sha-256 (1), sha-384 (7), sha-512 (8)"),
        };
    }

    private const int MaxDigests = 16;
}
