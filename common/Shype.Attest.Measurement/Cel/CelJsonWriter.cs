using System.Text.Json;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Cel;

/// <summary>Writes the JSON forms. A content is an object only where the object says all of its bytes; else its TLV value in hexadecimal digits.</summary>
internal static class CelJsonWriter
{
    public static byte[] Write(CanonicalEventLog log, CelFormat format)
    {
        using var written = new MemoryStream();
        using var json = new Utf8JsonWriter(written, new JsonWriterOptions { Indented = format == CelFormat.Json });
        if (format == CelFormat.Json)
        {
            json.WriteStartArray();
            log.Events.ToList().ForEach(read => WriteRecord(json, read));
            json.WriteEndArray();
            json.Flush();
            return written.ToArray();
        }

        foreach (var read in log.Events)
        {
            written.WriteByte(RecordSeparator);
            json.Reset();
            WriteRecord(json, read);
            json.Flush();
            written.WriteByte((byte)'\n');
        }

        return written.ToArray();
    }

    private static void WriteRecord(Utf8JsonWriter json, CanonicalEvent read)
    {
        json.WriteStartObject();
        if (read.RecordNumber is { } number)
        {
            json.WriteNumber("recnum", number);
        }

        json.WriteNumber(read.Register.Kind switch { CelRegisterKind.Pcr => "pcr", CelRegisterKind.NvIndex => "nv_index", _ => "ccmr" }, read.Register.Index);
        json.WriteStartArray("digests");
        foreach (var (algorithm, value) in read.Digests)
        {
            json.WriteStartObject();
            if (algorithm.IsHash())
            {
                json.WriteString("hashAlg", algorithm.ToText());
            }
            else
            {
                json.WriteNumber("hashAlg", (ushort)algorithm);
            }

            json.WriteString("digest", Convert.ToHexStringLower(value.Span));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteContent(json, read.Content);
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, CelContent content)
    {
        if (content.ForeignType is { } foreign)
        {
            json.WriteString("content_type", foreign);
            json.WritePropertyName("content");
            json.WriteRawValue(content.Value.Span);
            return;
        }

        if (CelContentTable.NameOf(content.Type) is { } name)
        {
            json.WriteString("content_type", name);
        }
        else
        {
            json.WriteNumber("content_type", (byte)content.Type);
        }

        json.WritePropertyName("content");
        if (content.Type == CelContentType.Management && CelManagement.TryWrite(json, content))
        {
            return;
        }

        if (!CelContentTable.IsPlain(content))
        {
            json.WriteStringValue(Convert.ToHexStringLower(content.Value.Span));
            return;
        }

        json.WriteStartObject();
        foreach (var (field, rule) in content.Fields.Select(field => (field, CelContentTable.RuleOf(content.Type, field.Number)!)))
        {
            switch (rule.Kind)
            {
                case CelFieldKind.Number:
                    json.WriteNumber(rule.Name, field.Number64!.Value);
                    break;
                case CelFieldKind.Text:
                    json.WriteString(rule.Name, field.Value.Span);
                    break;
                default:
                    json.WriteString(rule.Name, Convert.ToHexStringLower(field.Value.Span));
                    break;
            }
        }

        json.WriteEndObject();
    }

    private const byte RecordSeparator = 0x1e;
}
