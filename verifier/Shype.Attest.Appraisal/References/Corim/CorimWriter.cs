using System.Formats.Cbor;
using System.Security.Cryptography;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.References.Corim;

/// <summary>Writes reference values as an unsigned CoRIM of our profile, deterministically encoded (RFC 8949 4.2.1): always the same bytes for the same content.</summary>
public static class CorimWriter
{
    /// <summary>The CoRIM of a bundle; what is to be believed about it is said by a signature (<see cref="SignedBundle"/>).</summary>
    public static byte[] Write(ReferenceBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteTag((CborTag)501);
        writer.WriteStartMap(bundle.NotAfter is null ? 4 : 5);
        writer.WriteInt32(0);
        writer.WriteTextString(bundle.Name);
        writer.WriteInt32(1);
        writer.WriteStartArray(1);
        writer.WriteTag((CborTag)506);
        writer.WriteByteString(Comid(bundle));
        writer.WriteEndArray();
        writer.WriteInt32(3);
        Uri(writer, CorimProfiles.Own);
        if (bundle.NotAfter is { } end)
        {
            writer.WriteInt32(4);
            writer.WriteStartMap(bundle.NotBefore is null ? 1 : 2);
            if (bundle.NotBefore is { } begin)
            {
                Time(writer, 0, begin);
            }

            Time(writer, 1, end);
            writer.WriteEndMap();
        }

        writer.WriteInt32(5);
        Entities(writer, bundle.Origin);
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static byte[] Comid(ReferenceBundle bundle)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(2);
        writer.WriteInt32(1);
        writer.WriteStartMap(2);
        writer.WriteInt32(0);
        writer.WriteTextString(bundle.Name);
        writer.WriteInt32(1);
        writer.WriteInt64(bundle.Sequence);
        writer.WriteEndMap();
        writer.WriteInt32(4);
        writer.WriteStartMap(1);
        writer.WriteInt32(0);
        Triples(writer, bundle.Content.Document);
        writer.WriteEndMap();
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static void Triples(CborWriter writer, ReferenceDocument document)
    {
        writer.WriteStartArray(1 + document.Pcrs.Count);
        Triple(writer, ComidReader.DocumentVendor, ComidReader.DocumentModel, ComidReader.DocumentKey, () =>
        {
            var json = ReferenceSet.Encode(document with { Pcrs = [] });
            writer.WriteStartMap(2);
            writer.WriteInt32(2);
            Digests(writer, [new MeasuredDigest(MeasuredDigest.Sha256, SHA256.HashData(json))]);
            writer.WriteInt32(4);
            writer.WriteTag((CborTag)560);
            writer.WriteByteString(json);
            writer.WriteEndMap();
        });
        foreach (var pcr in document.Pcrs)
        {
            Triple(writer, null, pcr.Name, null, () =>
            {
                writer.WriteStartMap(1);
                writer.WriteInt32(14);
                writer.WriteStartMap(1);
                writer.WriteInt32(pcr.Pcr);
                Digests(writer, pcr.Digests);
                writer.WriteEndMap();
                writer.WriteEndMap();
            });
        }

        writer.WriteEndArray();
    }

    private static void Triple(CborWriter writer, string? vendor, string model, string? key, Action value)
    {
        writer.WriteStartArray(2);
        writer.WriteStartMap(1);
        writer.WriteInt32(0);
        writer.WriteStartMap(vendor is null ? 1 : 2);
        if (vendor is not null)
        {
            writer.WriteInt32(1);
            writer.WriteTextString(vendor);
        }

        writer.WriteInt32(2);
        writer.WriteTextString(model);
        writer.WriteEndMap();
        writer.WriteEndMap();
        writer.WriteStartArray(1);
        writer.WriteStartMap(key is null ? 1 : 2);
        if (key is not null)
        {
            writer.WriteInt32(0);
            writer.WriteTextString(key);
        }

        writer.WriteInt32(1);
        value();
        writer.WriteEndMap();
        writer.WriteEndArray();
        writer.WriteEndArray();
    }

    private static void Digests(CborWriter writer, IReadOnlyList<MeasuredDigest> digests)
    {
        writer.WriteStartArray(digests.Count);
        foreach (var digest in digests)
        {
            writer.WriteStartArray(2);
            writer.WriteInt32(digest.Kind switch { MeasuredDigest.Sha256 => 1, MeasuredDigest.Sha384 => 7, _ => 8 });
            writer.WriteByteString(digest.Value);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private static void Entities(CborWriter writer, string name)
    {
        writer.WriteStartArray(1);
        writer.WriteStartMap(2);
        writer.WriteInt32(0);
        writer.WriteTextString(name);
        writer.WriteInt32(2);
        // manifest-creator
        writer.WriteStartArray(1);
        writer.WriteInt32(1);
        writer.WriteEndArray();
        writer.WriteEndMap();
        writer.WriteEndArray();
    }

    private static void Time(CborWriter writer, int key, DateTimeOffset time)
    {
        writer.WriteInt32(key);
        writer.WriteTag(CborTag.UnixTimeSeconds);
        writer.WriteInt64(time.ToUnixTimeSeconds());
    }

    private static void Uri(CborWriter writer, string uri)
    {
        writer.WriteTag(CborTag.Uri);
        writer.WriteTextString(uri);
    }
}
