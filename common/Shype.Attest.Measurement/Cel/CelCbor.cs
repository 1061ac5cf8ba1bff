using System.Formats.Cbor;
using System.Text;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Cel;

/// <summary>
/// The CBOR form (CEL 1.0, 5.3): a sequence of maps with the numbers of the TLV form as keys. A content is a map of its fields where that says all of its bytes; else its TLV
/// value as one byte string. Deterministic (RFC 8949, 4.2.1).
/// </summary>
internal static class CelCbor
{
    private const uint RecordNumber = 0;
    private const uint Digests = 3;

    public static byte[] Write(CanonicalEventLog log)
    {
        using var written = new MemoryStream();
        foreach (var read in log.Events)
        {
            var type = (uint)read.Content.Type;
            if (read.Content.ForeignType is not null || type is RecordNumber or Digests or (uint)CelRegisterKind.Pcr or (uint)CelRegisterKind.NvIndex or (uint)CelRegisterKind.ConfidentialRegister)
            {
                throw new NotSupportedException($"record {read.Index}: content of type '{read.Content.ForeignType ?? type.ToString(System.Globalization.CultureInfo.InvariantCulture)}' cannot be written as CBOR");
            }

            var cbor = new CborWriter(CborConformanceMode.Canonical);
            cbor.WriteStartMap(read.RecordNumber is null ? 3 : 4);
            if (read.RecordNumber is { } number)
            {
                cbor.WriteUInt32(RecordNumber);
                cbor.WriteUInt64(number);
            }

            cbor.WriteUInt32((uint)read.Register.Kind);
            cbor.WriteUInt32(read.Register.Index);
            cbor.WriteUInt32(Digests);
            cbor.WriteStartMap(read.Digests.Count);
            foreach (var (algorithm, value) in read.Digests)
            {
                cbor.WriteUInt32((uint)algorithm);
                cbor.WriteByteString(value.Span);
            }

            cbor.WriteEndMap();
            cbor.WriteUInt32(type);
            WriteContent(cbor, read.Content);
            cbor.WriteEndMap();
            written.Write(cbor.Encode());
        }

        return written.ToArray();
    }

    public static CanonicalEventLog Read(ReadOnlyMemory<byte> log)
    {
        var reading = new CelReading(log);
        var cbor = new CborReader(log, CborConformanceMode.Canonical, allowMultipleRootLevelValues: true);
        try
        {
            while (cbor.BytesRemaining > 0)
            {
                reading.CheckCount(At(log, cbor));
                ReadRecord(reading, cbor);
            }
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException)
        {
            throw reading.Refuse("CBOR", At(log, cbor), "is not the deterministic CBOR that is needed here");
        }

        return reading.Finish(CelFormat.Cbor);
    }

    private static void WriteContent(CborWriter cbor, CelContent content)
    {
        if (!CelContentTable.IsPlain(content))
        {
            cbor.WriteByteString(content.Value.Span);
            return;
        }

        cbor.WriteStartMap(content.Fields.Count);
        foreach (var field in content.Fields)
        {
            cbor.WriteUInt32(field.Number);
            switch (CelContentTable.RuleOf(content.Type, field.Number)!.Kind)
            {
                case CelFieldKind.Number:
                    cbor.WriteUInt64(field.Number64!.Value);
                    break;
                case CelFieldKind.Text:
                    cbor.WriteTextString(field.Text);
                    break;
                default:
                    cbor.WriteByteString(field.Value.Span);
                    break;
            }
        }

        cbor.WriteEndMap();
    }

    private static void ReadRecord(CelReading reading, CborReader cbor)
    {
        var start = At(reading.Log, cbor);
        var (number, register, digests, content) = ((ulong?)null, (CelRegister?)null, (List<BankDigest>?)null, (CelContent?)null);
        cbor.ReadStartMap();
        while (cbor.PeekState() != CborReaderState.EndMap)
        {
            var at = At(reading.Log, cbor);
            switch (cbor.ReadUInt32())
            {
                case RecordNumber:
                    number = cbor.ReadUInt64();
                    break;
                case var kind and ((uint)CelRegisterKind.Pcr or (uint)CelRegisterKind.NvIndex or (uint)CelRegisterKind.ConfidentialRegister) when register is null:
                    register = reading.Register((CelRegisterKind)kind, cbor.ReadUInt32(), at);
                    break;
                case Digests:
                    digests = ReadDigests(reading, cbor);
                    break;
                case var type and <= byte.MaxValue when content is null:
                    content = reading.Content((CelContentType)type, ReadContent(reading, cbor, (CelContentType)type), at);
                    break;
                case var other:
                    throw reading.Refuse("key", at, $"{other} is a second register or content, or none");
            }
        }

        cbor.ReadEndMap();
        if (register is not { } found || digests is null || content is null)
        {
            throw reading.Refuse("", start, "register, digests and content are needed");
        }

        reading.Add(start, number, found, digests, content);
    }

    private static List<BankDigest> ReadDigests(CelReading reading, CborReader cbor)
    {
        var digests = new List<BankDigest>();
        cbor.ReadStartMap();
        while (cbor.PeekState() != CborReaderState.EndMap)
        {
            var at = At(reading.Log, cbor);
            var algorithm = cbor.ReadUInt32();
            reading.AddDigest(digests, algorithm <= ushort.MaxValue ? (AlgorithmId)algorithm : throw reading.Refuse("digests", at, $"{algorithm} is no algorithm's number"), cbor.ReadByteString(), at);
        }

        cbor.ReadEndMap();
        return digests;
    }

    private static byte[] ReadContent(CelReading reading, CborReader cbor, CelContentType type)
    {
        if (cbor.PeekState() != CborReaderState.StartMap)
        {
            return cbor.ReadByteString();
        }

        var fields = new List<CelField>();
        cbor.ReadStartMap();
        while (cbor.PeekState() != CborReaderState.EndMap)
        {
            var number = checked((byte)cbor.ReadUInt32());
            fields.Add(new(number, cbor.PeekState() switch
            {
                CborReaderState.UnsignedInteger => Number(cbor.ReadUInt64(), CelContentTable.RuleOf(type, number)?.Width is > 0 and var width ? width : sizeof(ulong)),
                CborReaderState.TextString => Encoding.UTF8.GetBytes(cbor.ReadTextString()),
                _ => cbor.ReadByteString(),
            }));
        }

        cbor.ReadEndMap();
        return Tlv.Join(fields.ToArray());

        byte[] Number(ulong value, int width) =>
            width == sizeof(ulong) || value >> (8 * width) == 0 ? Tlv.Bytes(value, width) : throw reading.Refuse("content", At(reading.Log, cbor), $"{value} does not fit {width} bytes");
    }

    private static int At(ReadOnlyMemory<byte> log, CborReader cbor) => log.Length - cbor.BytesRemaining;
}
