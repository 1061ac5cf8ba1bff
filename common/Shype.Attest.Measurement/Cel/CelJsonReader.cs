using System.Text.Json;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Cel;

/// <summary>The JSON forms (CEL 1.0, 5.2; RFC 7464): one array of records, or records one after the other, each behind a record separator or on a line of its own.</summary>
internal sealed class CelJsonReader
{
    private const byte RecordSeparator = 0x1e;
    private const int MaxForeignType = 64;

    private readonly CelReading _reading;
    private int _base;

    private CelJsonReader(CelReading reading) => _reading = reading;

    public static CanonicalEventLog Read(ReadOnlyMemory<byte> log, CelFormat format)
    {
        var reader = new CelJsonReader(new CelReading(log) { HasLines = true });
        for (var (start, left) = (0, log.Length); start < log.Length; start = reader._base + left + 1)
        {
            // JSON cannot hold the separator, not even in a string: what it parts are texts of their own, whatever is wrong in one.
            left = format == CelFormat.JsonSequence && log.Span[start..].IndexOf(RecordSeparator) is >= 0 and var end ? end : log.Length - start;
            reader._base = start;
            reader.ReadText(log.Span.Slice(start, left), format);
        }

        return reader._reading.Finish(format);
    }

    private void ReadText(ReadOnlySpan<byte> text, CelFormat format)
    {
        var json = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MeasurementLimits.MaxCelJsonDepth, AllowMultipleValues = format == CelFormat.JsonSequence });
        try
        {
            while (json.Read())
            {
                if (json.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray && format == CelFormat.Json && json.CurrentDepth == 0)
                {
                    continue;
                }

                _reading.CheckCount(At(json));
                ReadRecord(ref json);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw _reading.Refuse("JSON", _base + (int)json.BytesConsumed, "is not well-formed JSON here, nested too deep, or text that is not UTF-8");
        }
    }

    private void ReadRecord(ref Utf8JsonReader json)
    {
        var start = At(json);
        Need(json, JsonTokenType.StartObject, "");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var (number, register, type, foreign) = ((ulong?)null, (CelRegister?)null, (CelContentType?)null, (string?)null);
        var (digests, content, contentAt) = (new List<BankDigest>(), default(Range?), 0);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var member = json.GetString()!;
            if (!seen.Add(member))
            {
                throw _reading.Refuse(Short(member), At(json), "is there twice");
            }

            json.Read();
            switch (member)
            {
                case "recnum":
                    number = Number(json, member);
                    break;
                case "pcr" or "nv_index" or "ccmr" when register is null:
                    var kind = member switch { "pcr" => CelRegisterKind.Pcr, "nv_index" => CelRegisterKind.NvIndex, _ => CelRegisterKind.ConfidentialRegister };
                    register = _reading.Register(kind, Number(json, member), At(json));
                    break;
                case "pcr" or "nv_index" or "ccmr":
                    throw _reading.Refuse(member, At(json), "a record has one register, this is a second one");
                case "digests":
                    ReadDigests(ref json, digests);
                    break;
                case "content_type":
                    (type, foreign) = ContentType(json);
                    break;
                case "content":
                    contentAt = (int)json.TokenStartIndex;
                    json.Skip();
                    content = contentAt..(int)json.BytesConsumed;
                    break;
                default:
                    _reading.Find(CelFindingCode.UnknownMember, _reading.Count, At(json), $"member '{Short(member)}' is not known here");
                    json.Skip();
                    break;
            }
        }

        var missing = register is null ? "pcr" : type is null ? "content_type" : content is null ? "content" : null;
        if (missing is not null)
        {
            throw _reading.Refuse(missing, start, "is missing");
        }

        var (from, length) = (_base + contentAt, content!.Value.End.Value - contentAt);
        _reading.Add(start, number, register!.Value, digests, foreign is null
            ? new CelJsonContent(_reading, from).Read(type!.Value, _reading.Log.Slice(from, length))
            : new(0, _reading.Log.Slice(from, length), []) { ForeignType = foreign });
    }

    private void ReadDigests(ref Utf8JsonReader json, List<BankDigest> digests)
    {
        Need(json, JsonTokenType.StartArray, "digests");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            var at = At(json);
            Need(json, JsonTokenType.StartObject, "digests");
            var (algorithm, name, value) = ((AlgorithmId?)null, "", (byte[]?)null);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var member = json.GetString();
                json.Read();
                switch (member)
                {
                    case "hashAlg" when name.Length == 0:
                        (algorithm, name) = Algorithm(json);
                        break;
                    case "digest" when value is null:
                        value = Hex(json, "digest");
                        break;
                    default:
                        throw _reading.Refuse("digests", At(json), $"member '{Short(member!)}' is not known here, or there twice");
                }
            }

            if (name.Length == 0 || value is null)
            {
                throw _reading.Refuse("digests", at, "hashAlg and digest are needed");
            }

            if (algorithm is { } known)
            {
                _reading.AddDigest(digests, known, value, at);
            }
            else
            {
                _reading.Find(CelFindingCode.UnknownAlgorithm, _reading.Count, at, $"a digest of algorithm '{Short(name)}' cannot be checked");
            }
        }
    }

    private (AlgorithmId? Algorithm, string Name) Algorithm(Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.Number)
        {
            return json.TryGetUInt16(out var number) ? ((AlgorithmId)number, "number") : throw _reading.Refuse("hashAlg", At(json), "is no algorithm's number");
        }

        Need(json, JsonTokenType.String, "hashAlg");
        var name = json.GetString()!;
        return (HashAlgorithms.TryParseText(name.Replace('-', '_'), out var algorithm) ? algorithm : null, name.Length == 0 ? "none" : name);
    }

    private (CelContentType? Type, string? Foreign) ContentType(Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.Number)
        {
            return json.TryGetByte(out var number) ? ((CelContentType)number, null) : throw _reading.Refuse("content_type", At(json), "is no content type's number (0 to 255)");
        }

        Need(json, JsonTokenType.String, "content_type");
        var name = json.GetString()!;
        return CelContentTable.TryFind(name, out var type) ? (type, null)
            : name.Length <= MaxForeignType ? ((CelContentType?)0, name)
            : throw _reading.Refuse("content_type", At(json), $"{name.Length} characters, {MaxForeignType} are allowed");
    }

    private ulong Number(Utf8JsonReader json, string member) =>
        json.TokenType == JsonTokenType.Number && json.TryGetUInt64(out var number) ? number : throw _reading.Refuse(member, At(json), "a number is needed");

    private byte[] Hex(Utf8JsonReader json, string member) => CelJsonContent.Hex(json) ?? throw _reading.Refuse(member, At(json), "hexadecimal digits are needed");

    private void Need(Utf8JsonReader json, JsonTokenType token, string member)
    {
        if (json.TokenType != token)
        {
            throw _reading.Refuse(member, At(json), $"{token} is needed, {json.TokenType} found");
        }
    }

    private int At(Utf8JsonReader json) => _base + (int)json.TokenStartIndex;

    private static string Short(string name) => Records.TextRules.Escape(name.AsSpan(0, Math.Min(name.Length, 64)));
}
