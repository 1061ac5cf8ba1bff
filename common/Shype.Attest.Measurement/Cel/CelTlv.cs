using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Cel;

/// <summary>The TLV form (CEL 1.0, 5.1): recnum, register, digests, content, in this order, record after record.</summary>
internal static class CelTlv
{
    private const byte RecordNumber = 0;
    private const byte Digests = 3;

    public static CanonicalEventLog Read(ReadOnlyMemory<byte> log)
    {
        var reading = new CelReading(log);
        var reader = new TlvReader(reading, log, 0);
        while (!reader.AtEnd)
        {
            reading.CheckCount(reader.Offset);
            ReadRecord(reading, reader);
        }

        return reading.Finish(CelFormat.Tlv);
    }

    public static byte[] Write(CanonicalEventLog log)
    {
        using var written = new MemoryStream();
        foreach (var read in log.Events)
        {
            if (read.Content.ForeignType is { } foreign)
            {
                throw new NotSupportedException($"record {read.Index}: content of type '{foreign}' can be written as JSON only");
            }

            if (read.Digests.FirstOrDefault(digest => (ushort)digest.Algorithm > byte.MaxValue) is { Algorithm: not 0 } large)
            {
                throw new NotSupportedException($"record {read.Index}: algorithm {large.Algorithm.ToText()} does not fit the one byte that TLV has for it");
            }

            var digests = read.Digests.Select(digest => new CelField((byte)digest.Algorithm, digest.Value)).ToArray();
            written.Write(Tlv.Join(
            [
                new(RecordNumber, Tlv.Bytes(read.RecordNumber ?? (ulong)read.Index, sizeof(ulong))),
                new((byte)read.Register.Kind, Tlv.Bytes(read.Register.Index, read.Register.Kind == CelRegisterKind.NvIndex ? 4 : 1)),
                new(Digests, Tlv.Join(digests)),
                new((byte)read.Content.Type, read.Content.Value),
            ]));
        }

        return written.ToArray();
    }

    private static void ReadRecord(CelReading reading, TlvReader reader)
    {
        var start = reader.Offset;
        var number = reader.Read("recnum");
        if (number.Number != RecordNumber || number.Number64 is not { } recordNumber)
        {
            throw reading.Refuse("recnum", start, $"a number of type {RecordNumber} in 1 to 8 bytes is needed, type {number.Number} of {number.Value.Length} bytes found");
        }

        var at = reader.Offset;
        var register = reader.Read("register");
        if (register.Number is not ((byte)CelRegisterKind.Pcr or (byte)CelRegisterKind.NvIndex or (byte)CelRegisterKind.ConfidentialRegister) || register.Number64 is not { } index)
        {
            throw reading.Refuse("register", at, $"pcr (1), nv_index (2) or ccmr (108) is needed, type {register.Number} of {register.Value.Length} bytes found");
        }

        var known = reading.Register((CelRegisterKind)register.Number, index, at);
        at = reader.Offset;
        var digests = reader.Read("digests");
        if (digests.Number != Digests)
        {
            throw reading.Refuse("digests", at, $"type {Digests} is needed, {digests.Number} found");
        }

        var (one, found) = (new TlvReader(reading, digests.Value, at + Tlv.HeadBytes), new List<BankDigest>());
        while (!one.AtEnd)
        {
            var where = one.Offset;
            var digest = one.Read("digests");
            reading.AddDigest(found, (AlgorithmId)digest.Number, digest.Value, where);
        }

        at = reader.Offset;
        var content = reader.Read("content");
        reading.Add(start, recordNumber, known, found, reading.Content((CelContentType)content.Number, content.Value, at + Tlv.HeadBytes));
    }
}
