using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Ima;

/// <summary>
/// The list as the kernel prints it (ascii_runtime_measurements), turned back into the binary one: line N is entry N-1. What printing lost (which bytes were a
/// name that has spaces) shows in the template hash, which is recomputed like any other.
/// </summary>
public static class ImaAscii
{
    /// <summary>Whether bytes look like a printed list.</summary>
    public static bool IsAscii(ReadOnlySpan<byte> bytes)
    {
        // A PCR, 40 hex digits; the kernel pads the PCR to two columns.
        var line = bytes.TrimStart((byte)' ');
        var space = line.IndexOf((byte)' ');
        return space is 1 or 2 && !line[..space].ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && line.Length > space + HexHash && !line.Slice(space + 1, HexHash).ContainsAnyExcept(HexDigits);
    }

    /// <summary>Reads a printed list into a binary one, or says which line is wrong.</summary>
    public static bool TryConvert(ReadOnlySpan<byte> text, [NotNullWhen(true)] out byte[]? binary, [NotNullWhen(false)] out LogProblem? problem)
    {
        try
        {
            binary = Convert(text, isBigEndian: false);
            // Lengths are hashed in the machine's own order, which a printed list does not show.
            if (!FirstHashHolds(binary) && Convert(text, isBigEndian: true) is var other && FirstHashHolds(other))
            {
                binary = other;
            }

            problem = null;
            return true;
        }
        catch (LogFormatException refused)
        {
            binary = null;
            problem = refused.Problem;
            return false;
        }
    }

    private static byte[] Convert(ReadOnlySpan<byte> text, bool isBigEndian)
    {
        var writer = new Writer(text.Length, isBigEndian);
        var (line, at) = (1, 0);
        while (at < text.Length)
        {
            var rest = text[at..];
            var end = rest.IndexOf((byte)'\n');
            var length = end < 0 ? rest.Length : end;
            writer.Line(rest[..length], line++, at);
            at += length + 1;
        }

        return writer.ToArray();
    }

    private static bool FirstHashHolds(byte[] binary)
    {
        Span<byte> sha1 = stackalloc byte[ImaEntry.LegacyDigestSize];
        var reader = new ImaListReader(binary);
        while (!reader.AtEnd && reader.TryRead(out var entry, out _))
        {
            if (!entry.IsViolation)
            {
                entry.HashContent(AlgorithmId.Sha1, sha1);
                return sha1.SequenceEqual(entry.TemplateHash.Span);
            }
        }

        return true;
    }

    private sealed class Writer(int size, bool isBigEndian)
    {
        private readonly ArrayBufferWriter<byte> _out = new(Math.Max(size, 256));
        private readonly ArrayBufferWriter<byte> _data = new();
        private int _line;
        private int _at;

        public byte[] ToArray() => _out.WrittenSpan.ToArray();

        public void Line(ReadOnlySpan<byte> text, int line, int at)
        {
            (_line, _at) = (line, at);
            text = text.TrimStart((byte)' ');
            var number = Token(ref text, "pcr");
            if (!Utf8Parser.TryParse(number, out uint pcr, out var used) || used != number.Length)
            {
                throw Refuse("pcr", "is not a number");
            }

            var hash = Token(ref text, "template hash");
            if (hash.Length != HexHash)
            {
                throw Refuse("template hash", $"has {hash.Length} hex digits, {HexHash} are needed");
            }

            var name = Token(ref text, "template name");
            var template = ImaTemplate.Of(name);
            if (!template.IsKnown)
            {
                throw Refuse("template name", "is not known, so that its fields cannot be told apart; the binary list can be read");
            }

            UInt32(_out, pcr);
            Hex(_out, hash, "template hash");
            Sized(_out, name);
            _data.ResetWrittenCount();
            Fields(template, text);
            if (template.IsLegacy)
            {
                _out.Write(_data.WrittenSpan);
            }
            else
            {
                Sized(_out, _data.WrittenSpan);
            }
        }

        private void Fields(ImaTemplate template, ReadOnlySpan<byte> text)
        {
            for (var i = 0; i < template.Fields.Count; i++)
            {
                var field = template.Fields[i];
                var behind = template.Fields.Count - 1 - i;
                var length = field is ImaField.Name or ImaField.NameNg ? NameLength(text, behind) : text.IndexOf((byte)' ');
                length = length < 0 ? text.Length : length;
                Field(template, field, text[..length]);
                text = length < text.Length ? text[(length + 1)..] : behind == 0 ? default : throw Refuse(ImaTemplate.Describe(field), "is the last one, more are needed");
            }

            if (!text.IsEmpty)
            {
                throw Refuse("line", $"{text.Length} characters are left over");
            }
        }

        // A name may hold spaces; the fields behind it hold none.
        private static int NameLength(ReadOnlySpan<byte> text, int behind)
        {
            var length = text.Length;
            for (; behind > 0 && length >= 0; behind--)
            {
                length = text[..length].LastIndexOf((byte)' ');
            }

            return length;
        }

        private void Field(ImaTemplate template, ImaField field, ReadOnlySpan<byte> text)
        {
            switch (field)
            {
                case ImaField.Digest when template.IsLegacy:
                    Hex(_data, text, "d");
                    return;
                case ImaField.Name when template.IsLegacy:
                    Sized(_data, text);
                    return;
                case ImaField.Name or ImaField.NameNg or ImaField.XattrNames:
                    Sized(_data, text.IsEmpty ? [] : [.. text, 0]);
                    return;
                case ImaField.Uid or ImaField.Gid or ImaField.Mode when !text.IsEmpty:
                    Number(field, text);
                    return;
                case ImaField.DigestNg or ImaField.DigestNgV2 or ImaField.ModsigDigest when !text.IsEmpty:
                    var colon = text.LastIndexOf((byte)':') + 1;
                    var digest = new ArrayBufferWriter<byte>();
                    digest.Write(text[..colon]);
                    digest.Write<byte>([0]);
                    Hex(digest, text[colon..], ImaTemplate.Describe(field));
                    Sized(_data, digest.WrittenSpan);
                    return;
                default:
                    var bytes = new ArrayBufferWriter<byte>(Math.Max(text.Length / 2, 1));
                    Hex(bytes, text, ImaTemplate.Describe(field));
                    Sized(_data, bytes.WrittenSpan);
                    return;
            }
        }

        // uid_t and gid_t have four bytes, umode_t two.
        private void Number(ImaField field, ReadOnlySpan<byte> text)
        {
            if (!Utf8Parser.TryParse(text, out uint value, out var used) || used != text.Length || field == ImaField.Mode && value > ushort.MaxValue)
            {
                throw Refuse(ImaTemplate.Describe(field), "is not a number of its size");
            }

            if (field != ImaField.Mode)
            {
                UInt32(_data, sizeof(uint));
                UInt32(_data, value);
                return;
            }

            UInt32(_data, sizeof(ushort));
            var to = _data.GetSpan(sizeof(ushort));
            if (isBigEndian)
            {
                BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)value);
            }
            else
            {
                BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)value);
            }

            _data.Advance(sizeof(ushort));
        }

        private ReadOnlySpan<byte> Token(ref ReadOnlySpan<byte> text, string member)
        {
            var space = text.IndexOf((byte)' ');
            if (space < 0)
            {
                throw Refuse(member, "is the last one, more are needed");
            }

            var token = text[..space];
            text = text[(space + 1)..];
            return token;
        }

        private void Hex(ArrayBufferWriter<byte> to, ReadOnlySpan<byte> text, string member)
        {
            if (text.IsEmpty)
            {
                return;
            }

            var bytes = to.GetSpan(text.Length / 2 + 1);
            if (text.Length % 2 != 0 || System.Convert.FromHexString(Encoding.Latin1.GetString(text), bytes, out _, out var written) != OperationStatus.Done)
            {
                throw Refuse(member, "is not hex");
            }

            to.Advance(written);
        }

        private void Sized(ArrayBufferWriter<byte> to, ReadOnlySpan<byte> bytes)
        {
            UInt32(to, (uint)bytes.Length);
            to.Write(bytes);
        }

        private void UInt32(ArrayBufferWriter<byte> to, uint value)
        {
            var bytes = to.GetSpan(sizeof(uint));
            if (isBigEndian)
            {
                BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
            }

            to.Advance(sizeof(uint));
        }

        private LogFormatException Refuse(string member, string problem) => new(new LogProblem($"line {_line} {member}", _at, problem));
    }

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);
    private const int HexHash = 40;
}
