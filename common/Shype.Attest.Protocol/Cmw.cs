using System.Diagnostics.CodeAnalysis;
using System.Formats.Cbor;
using Shype.Attest.Protocol.Cbor;

namespace Shype.Attest.Protocol;

/// <summary>A conceptual message wrapper (draft-ietf-rats-msg-wrap): a record or a collection of them.</summary>
public abstract record Cmw
{
    /// <summary>Reads one CMW in CBOR; strict, bounded in size, depth and count.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out Cmw? cmw, [NotNullWhen(false)] out ProtocolProblem? problem)
    {
        cmw = null;
        problem = null;
        if (bytes.Length > ProtocolLimits.MaxEvidenceBytes)
        {
            problem = new ProtocolProblem("cmw", 0, $"{bytes.Length} bytes, {ProtocolLimits.MaxEvidenceBytes} are allowed", nameof(ProtocolLimits.MaxEvidenceBytes));
            return false;
        }

        try
        {
            var reader = new StrictCborReader(bytes.Span);
            cmw = Read(ref reader, bytes, "cmw", 1);
            reader.End("cmw");
            return true;
        }
        catch (ProtocolFormatException refused)
        {
            cmw = null;
            problem = refused.Problem;
            return false;
        }
    }

    /// <summary>The CMW in CBOR.</summary>
    public byte[] Encode()
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        Write(writer);
        return writer.Encode();
    }

    internal abstract void Write(CborWriter writer);

    internal static Cmw Read(ref StrictCborReader reader, ReadOnlyMemory<byte> all, string member, int depth)
    {
        if (depth > ProtocolLimits.MaxCmwDepth)
        {
            throw StrictCborReader.RefuseAt(
                reader.Offset, member, $"nested deeper than {ProtocolLimits.MaxCmwDepth}", nameof(ProtocolLimits.MaxCmwDepth));
        }

        return reader.PeekType(member) switch
        {
            CborMajorType.Array => CmwRecord.ReadRecord(ref reader, all, member),
            CborMajorType.Tag => CmwRecord.ReadTagged(ref reader, all, member),
            CborMajorType.Map => CmwMap.ReadCollection(ref reader, all, member, depth),
            _ => throw reader.Refuse(member, "a record, a tag or a collection is needed"),
        };
    }
}

/// <summary>One message with its type, which is a media type or a CoAP content format.</summary>
/// <param name="MediaType">The media type, or null when a content format is given.</param>
/// <param name="ContentFormat">The content format, or null when a media type is given.</param>
/// <param name="Value">The message.</param>
/// <param name="Indicator">Which conceptual messages it holds; 0 = not said.</param>
public sealed record CmwRecord(string? MediaType, ushort? ContentFormat, ReadOnlyMemory<byte> Value, uint Indicator = 0) : Cmw
{
    /// <summary>The indicator bit of evidence.</summary>
    public const uint EvidenceIndicator = 4;

    internal static CmwRecord ReadRecord(ref StrictCborReader reader, ReadOnlyMemory<byte> all, string member)
    {
        var at = reader.Offset;
        var count = reader.ReadArrayHeader(member, 3, nameof(ProtocolLimits.MaxCmwEntries));
        if (count < 2)
        {
            throw StrictCborReader.RefuseAt(at, member, $"a record has 2 or 3 items, {count} found");
        }

        string? mediaType = null;
        ushort? format = null;
        if (reader.PeekType(member) == CborMajorType.TextString)
        {
            mediaType = reader.ReadText(member + " type", ProtocolLimits.MaxCmwTextBytes, nameof(ProtocolLimits.MaxCmwTextBytes));
        }
        else
        {
            var number = reader.ReadUInt(member + " type");
            format = number <= ushort.MaxValue ? (ushort)number : throw StrictCborReader.RefuseAt(at, member + " type", "a content format has 16 bits");
        }

        var value = all[reader.ReadBytesRange(member + " value", ProtocolLimits.MaxEvidenceBytes, nameof(ProtocolLimits.MaxEvidenceBytes))];
        var indicator = 0UL;
        if (count == 3)
        {
            var where = reader.Offset;
            indicator = reader.ReadUInt(member + " ind");
            if (indicator is 0 or > uint.MaxValue)
            {
                throw StrictCborReader.RefuseAt(where, member + " ind", "an indicator is 1 to 2^32-1; leave it out when unknown");
            }
        }

        return new CmwRecord(mediaType, format, value, (uint)indicator);
    }

    internal static CmwRecord ReadTagged(ref StrictCborReader reader, ReadOnlyMemory<byte> all, string member)
    {
        var at = reader.Offset;
        var tag = reader.ReadTag(member);
        // RFC 9277 4.3: TN(ct) = 0x63740101 + (ct / 255) * 256 + ct % 255, so that no tag byte is zero.
        var (page, rest) = Math.DivRem((long)tag - FirstTag, 256);
        var format = page * 255 + rest;
        if (tag < FirstTag || rest == 255 || format > MaxTaggedFormat)
        {
            throw StrictCborReader.RefuseAt(at, member, $"tag {tag} names no content format");
        }

        var value = all[reader.ReadBytesRange(member + " value", ProtocolLimits.MaxEvidenceBytes, nameof(ProtocolLimits.MaxEvidenceBytes))];
        return new CmwRecord(null, (ushort)format, value);
    }

    internal override void Write(CborWriter writer)
    {
        writer.WriteStartArray(Indicator == 0 ? 2 : 3);
        if (MediaType is not null)
        {
            writer.WriteTextString(MediaType);
        }
        else
        {
            writer.WriteUInt32(ContentFormat.GetValueOrDefault());
        }

        writer.WriteByteString(Value.Span);
        if (Indicator != 0)
        {
            writer.WriteUInt32(Indicator);
        }

        writer.WriteEndArray();
    }

    private const uint FirstTag = 0x63740101;
    private const int MaxTaggedFormat = 65024;
}
