using System.Diagnostics.CodeAnalysis;
using System.Formats.Cbor;
using System.Text.Json;

namespace Shype.Attest.Protocol;

/// <summary>The claims of a result in CBOR (CWT), by the table of <see cref="EarShape"/>: written from its JSON and read back into it.</summary>
internal static class EarCbor
{
    public static byte[] Write(AttestationResult result, EarProfile profile)
    {
        var name = profile == EarProfile.Ietf ? AttestationResult.IetfProfile : AttestationResult.VeraisonProfile;
        using var claims = JsonDocument.Parse((result with { Profile = name }).Write());
        var writer = new CborWriter(CborConformanceMode.Canonical);
        Write(claims.RootElement, EarShape.Result, profile, writer);
        return writer.Encode();
    }

    public static bool TryRead(ReadOnlyMemory<byte> payload, [NotNullWhen(true)] out AttestationResult? result, [NotNullWhen(true)] out byte[]? json,
        [NotNullWhen(false)] out ProtocolProblem? problem)
    {
        (result, json) = (null, null);
        try
        {
            var reader = new CborReader(payload, CborConformanceMode.Strict);
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                Read(reader, EarShape.Result, writer);
            }

            if (reader.BytesRemaining > 0)
            {
                throw new CborContentException($"{reader.BytesRemaining} bytes are left over");
            }

            json = buffer.ToArray();
            return ProtocolJson.TryRead(json, EarJson.Default.AttestationResult, out result, out problem);
        }
        catch (Exception refused) when (refused is CborContentException or InvalidOperationException or OverflowException or ArgumentException)
        {
            problem = new ProtocolProblem("claims", 0, refused.Message);
            return false;
        }
    }

    private static void Write(JsonElement claims, EarShape shape, EarProfile profile, CborWriter writer)
    {
        var known = claims.EnumerateObject().Select(claim => (Member: shape.Find(claim.Name, EarProfile.Veraison)!, claim.Value)).ToList();
        writer.WriteStartMap(known.Count);
        foreach (var (member, value) in known)
        {
            writer.WriteInt64(member.Key);
            switch (member.Kind)
            {
                case EarKind.Bytes:
                    writer.WriteByteString(Base64UrlText.TryDecode(value.GetString(), out var bytes) ? bytes : throw new InvalidOperationException("a nonce is base64url"));
                    break;
                case EarKind.Status:
                    writer.WriteInt32((int)Statuses.First(status => status.Word == value.GetString()).Tier);
                    break;
                case EarKind.PolicyId when profile == EarProfile.Ietf:
                    writer.WriteStartArray(1);
                    writer.WriteTextString(value.GetString()!);
                    writer.WriteEndArray();
                    break;
                case EarKind.Nested:
                    Write(value, member.Shape!, profile, writer);
                    break;
                case EarKind.Parts:
                    var parts = value.EnumerateObject().ToList();
                    writer.WriteStartMap(parts.Count);
                    foreach (var part in parts)
                    {
                        writer.WriteTextString(part.Name);
                        Write(part.Value, member.Shape!, profile, writer);
                    }

                    writer.WriteEndMap();
                    break;
                default:
                    WritePlain(value, writer);
                    break;
            }
        }

        writer.WriteEndMap();
    }

    private static void WritePlain(JsonElement value, CborWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                writer.WriteTextString(value.GetString()!);
                break;
            case JsonValueKind.Number when value.TryGetUInt64(out var count):
                writer.WriteUInt64(count);
                break;
            // RFC 9711 4.1: no floats in times; there are none elsewhere.
            case JsonValueKind.Number:
                writer.WriteInt64(value.GetInt64());
                break;
            case JsonValueKind.True or JsonValueKind.False:
                writer.WriteBoolean(value.GetBoolean());
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray(value.GetArrayLength());
                foreach (var item in value.EnumerateArray())
                {
                    WritePlain(item, writer);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Object:
                var members = value.EnumerateObject().ToList();
                writer.WriteStartMap(members.Count);
                foreach (var member in members)
                {
                    writer.WriteTextString(member.Name);
                    WritePlain(member.Value, writer);
                }

                writer.WriteEndMap();
                break;
            default:
                writer.WriteNull();
                break;
        }
    }

    private static void Read(CborReader reader, EarShape shape, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            // Receivers ignore what they do not know (draft-ietf-rats-ear 3).
            if (ReadLabel(reader) is { } label && shape.Find(label) is { } member)
            {
                writer.WritePropertyName(member.Name);
                Read(reader, member, writer);
            }
            else
            {
                Skip(reader, 1);
            }
        }

        reader.ReadEndMap();
        writer.WriteEndObject();
    }

    // RFC 8392 1.1: claim names are numbers or texts; none of ours is a text.
    private static long? ReadLabel(CborReader reader)
    {
        if (reader.PeekState() is CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger)
        {
            return reader.ReadInt64();
        }

        reader.ReadTextString();
        return null;
    }

    private static void Read(CborReader reader, EarMember member, Utf8JsonWriter writer)
    {
        switch (member.Kind)
        {
            case EarKind.Bytes:
                writer.WriteStringValue(Base64UrlText.Encode(reader.ReadByteString()));
                break;
            case EarKind.Status:
                var number = reader.ReadInt32();
                writer.WriteStringValue(Statuses.FirstOrDefault(status => (int)status.Tier == number).Word ?? throw new CborContentException($"{number} is no status"));
                break;
            case EarKind.PolicyId when reader.PeekState() == CborReaderState.StartArray:
                List<string> ids = [];
                reader.ReadStartArray();
                while (reader.PeekState() != CborReaderState.EndArray)
                {
                    ids.Add(reader.ReadTextString());
                }

                reader.ReadEndArray();
                writer.WriteStringValue(string.Join(", ", ids));
                break;
            case EarKind.Nested:
                Read(reader, member.Shape!, writer);
                break;
            case EarKind.Parts:
                writer.WriteStartObject();
                reader.ReadStartMap();
                while (reader.PeekState() != CborReaderState.EndMap)
                {
                    writer.WritePropertyName(reader.ReadTextString());
                    Read(reader, member.Shape!, writer);
                }

                reader.ReadEndMap();
                writer.WriteEndObject();
                break;
            default:
                ReadPlain(reader, writer, 1);
                break;
        }
    }

    private static void ReadPlain(CborReader reader, Utf8JsonWriter writer, int depth)
    {
        switch (depth > MaxDepth ? CborReaderState.Undefined : reader.PeekState())
        {
            case CborReaderState.TextString:
                writer.WriteStringValue(reader.ReadTextString());
                break;
            case CborReaderState.UnsignedInteger:
                writer.WriteNumberValue(reader.ReadUInt64());
                break;
            case CborReaderState.NegativeInteger:
                writer.WriteNumberValue(reader.ReadInt64());
                break;
            case CborReaderState.Boolean:
                writer.WriteBooleanValue(reader.ReadBoolean());
                break;
            case CborReaderState.Null:
                reader.ReadNull();
                writer.WriteNullValue();
                break;
            case CborReaderState.StartArray:
                writer.WriteStartArray();
                reader.ReadStartArray();
                while (reader.PeekState() != CborReaderState.EndArray)
                {
                    ReadPlain(reader, writer, depth + 1);
                }

                reader.ReadEndArray();
                writer.WriteEndArray();
                break;
            case CborReaderState.StartMap:
                writer.WriteStartObject();
                reader.ReadStartMap();
                while (reader.PeekState() != CborReaderState.EndMap)
                {
                    writer.WritePropertyName(reader.ReadTextString());
                    ReadPlain(reader, writer, depth + 1);
                }

                reader.ReadEndMap();
                writer.WriteEndObject();
                break;
            default:
                throw new CborContentException("a claim is nested too deep, or of a type that no claim has");
        }
    }

    private static void Skip(CborReader reader, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new CborContentException("a claim is nested too deep");
        }

        switch (reader.PeekState())
        {
            case CborReaderState.StartArray:
                reader.ReadStartArray();
                while (reader.PeekState() != CborReaderState.EndArray)
                {
                    Skip(reader, depth + 1);
                }

                reader.ReadEndArray();
                break;
            case CborReaderState.StartMap:
                reader.ReadStartMap();
                while (reader.PeekState() != CborReaderState.EndMap)
                {
                    Skip(reader, depth + 1);
                    Skip(reader, depth + 1);
                }

                reader.ReadEndMap();
                break;
            case CborReaderState.Tag:
                reader.ReadTag();
                Skip(reader, depth + 1);
                break;
            default:
                reader.SkipValue();
                break;
        }
    }

    private static readonly (TrustTier Tier, string Word)[] Statuses =
    [
        (TrustTier.None, "none"), (TrustTier.Affirming, "affirming"), (TrustTier.Warning, "warning"), (TrustTier.Contraindicated, "contraindicated"),
    ];

    private const int MaxDepth = 24;
}
