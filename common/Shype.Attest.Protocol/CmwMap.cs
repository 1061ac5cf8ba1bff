using System.Formats.Cbor;
using System.Globalization;
using Shype.Attest.Protocol.Cbor;

namespace Shype.Attest.Protocol;

/// <summary>Labelled CMWs (draft-ietf-rats-msg-wrap 3.3).</summary>
/// <param name="CollectionType">The optional <c>__cmwc_t</c>, a URI or an OID in text.</param>
/// <param name="Entries">At least one entry. An integer label appears as its decimal text with '#' before it.</param>
public sealed record CmwMap(string? CollectionType, IReadOnlyDictionary<string, Cmw> Entries) : Cmw
{
    internal static CmwMap ReadCollection(ref StrictCborReader reader, ReadOnlyMemory<byte> all, string member, int depth)
    {
        var at = reader.Offset;
        var count = reader.ReadMapHeader(member, ProtocolLimits.MaxCmwEntries, nameof(ProtocolLimits.MaxCmwEntries));
        string? type = null;
        var typeSeen = false;
        var entries = new Dictionary<string, Cmw>(count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var labelAt = reader.Offset;
            var label = ReadLabel(ref reader, member);
            if (label == TypeLabel)
            {
                type = typeSeen
                    ? throw Duplicate(labelAt, member, label)
                    : reader.ReadText(TypeLabel, ProtocolLimits.MaxCmwTextBytes, nameof(ProtocolLimits.MaxCmwTextBytes));
                typeSeen = true;
                continue;
            }

            if (!entries.TryAdd(label, Read(ref reader, all, label, depth + 1)))
            {
                throw Duplicate(labelAt, member, label);
            }
        }

        return entries.Count > 0
            ? new CmwMap(type, entries)
            : throw StrictCborReader.RefuseAt(at, member, "a collection has at least one entry");
    }

    internal override void Write(CborWriter writer)
    {
        writer.WriteStartMap(Entries.Count + (CollectionType is null ? 0 : 1));
        if (CollectionType is not null)
        {
            writer.WriteTextString(TypeLabel);
            writer.WriteTextString(CollectionType);
        }

        foreach (var (label, entry) in Entries)
        {
            if (label.StartsWith('#'))
            {
                writer.WriteInt64(long.Parse(label.AsSpan(1), CultureInfo.InvariantCulture));
            }
            else
            {
                writer.WriteTextString(label);
            }

            entry.Write(writer);
        }

        writer.WriteEndMap();
    }

    private static string ReadLabel(ref StrictCborReader reader, string member)
    {
        if (reader.PeekType(member) == CborMajorType.UnsignedInteger)
        {
            return "#" + reader.ReadUInt(member + " label").ToString(CultureInfo.InvariantCulture);
        }

        var at = reader.Offset;
        var text = reader.ReadText(member + " label", ProtocolLimits.MaxCmwTextBytes, nameof(ProtocolLimits.MaxCmwTextBytes));
        return text.StartsWith('#') ? throw StrictCborReader.RefuseAt(at, member + " label", "a text label does not start with '#'") : text;
    }

    private static ProtocolFormatException Duplicate(int at, string member, string label) =>
        StrictCborReader.RefuseAt(at, member, $"label '{label}' appears twice");

    private const string TypeLabel = "__cmwc_t";
}
