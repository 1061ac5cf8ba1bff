using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Measurement.EventLogs;

namespace Shype.Attest.Measurement.Ima;

/// <summary>
/// Reads the entries of a binary list (binary_runtime_measurements; security/integrity/ima/ima_fs.c) one after the other: PCR, SHA-1 template hash, template
/// name, template data. Every length is compared with what is left; nothing is copied.
/// </summary>
public sealed class ImaListReader
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly bool _isBigEndian;
    private ImaTemplate? _template;
    private byte[] _templateName = [];
    private int _next;

    /// <summary>A reader at the first entry of these bytes.</summary>
    /// <param name="bytes">The list, or what follows an entry of it.</param>
    /// <param name="firstEntry">The number of the first entry.</param>
    public ImaListReader(ReadOnlyMemory<byte> bytes, int firstEntry = 0)
    {
        _bytes = bytes;
        _next = firstEntry;
        _isBigEndian = LooksBigEndian(bytes.Span);
    }

    /// <summary>Where the next entry begins.</summary>
    public int Offset { get; private set; }

    /// <summary>The number of the next entry.</summary>
    public int Next => _next;

    /// <summary>Whether all is read.</summary>
    public bool AtEnd => Offset == _bytes.Length;

    /// <summary>The next entry; false at the end, and where the bytes are none: then there is a problem.</summary>
    public bool TryRead(out ImaEntry entry, [NotNullWhen(false)] out LogProblem? problem)
    {
        try
        {
            entry = Read();
            problem = null;
            return true;
        }
        catch (LogFormatException refused)
        {
            entry = default;
            problem = refused.Problem;
            return false;
        }
    }

    private ImaEntry Read()
    {
        var (at, start) = (Offset, Offset);
        if (_next >= MeasurementLimits.MaxImaEntries)
        {
            throw Refuse("entry", at, $"more than {MeasurementLimits.MaxImaEntries} entries ({nameof(MeasurementLimits.MaxImaEntries)})");
        }

        var pcrValue = Length(Take(ref at, sizeof(uint), "pcr").Span);
        if (!PcrIndex.TryCreate(pcrValue, out var pcr))
        {
            throw Refuse("pcr", start, $"is {pcrValue}, PCRs are 0 to 23");
        }

        var hash = Take(ref at, ImaEntry.LegacyDigestSize, "template hash");
        var name = Sized(ref at, "template name", MeasurementLimits.MaxImaTemplateNameBytes, nameof(MeasurementLimits.MaxImaTemplateNameBytes));
        var template = TemplateOf(name.Span);
        var data = template.IsLegacy
            ? LegacyData(ref at)
            : Sized(ref at, "template data", MeasurementLimits.MaxImaEntryBytes, nameof(MeasurementLimits.MaxImaEntryBytes));
        CheckFields(template, data, at - data.Length);
        var entry = new ImaEntry(_next, start, pcr, hash, template, data, _isBigEndian);
        (Offset, _next) = (at, _next + 1);
        return entry;
    }

    // The first template has no length before its data: a SHA-1 digest, and the name with its length.
    private ReadOnlyMemory<byte> LegacyData(ref int at)
    {
        var start = at;
        Take(ref at, ImaEntry.LegacyDigestSize, "file digest");
        Sized(ref at, "file name", MeasurementLimits.MaxImaShortNameBytes, nameof(MeasurementLimits.MaxImaShortNameBytes));
        return _bytes[start..at];
    }

    private void CheckFields(ImaTemplate template, ReadOnlyMemory<byte> data, int offset)
    {
        var bytes = data.Span;
        var at = 0;
        for (var i = 0; i < template.Fields.Count; i++)
        {
            var field = template.Fields[i];
            var size = (uint)ImaEntry.LegacyDigestSize;
            if (!template.IsLegacy || i > 0)
            {
                if (bytes.Length - at < sizeof(uint))
                {
                    throw Refuse(ImaTemplate.Describe(field), offset + at, $"needs {sizeof(uint)} bytes for its length, {bytes.Length - at} left");
                }

                size = Length(bytes[at..]);
                at += sizeof(uint);
            }

            if (size > bytes.Length - at)
            {
                throw Refuse(ImaTemplate.Describe(field), offset + at, $"has {size} bytes, {bytes.Length - at} left");
            }

            CheckField(field, data.Slice(at, (int)size), offset + at);
            at += (int)size;
        }

        if (template.IsKnown && at != bytes.Length)
        {
            throw Refuse("template data", offset + at, $"{bytes.Length - at} bytes are left over");
        }
    }

    private void CheckField(ImaField field, ReadOnlyMemory<byte> value, int offset)
    {
        var wrong = field switch
        {
            ImaField.Digest or ImaField.DigestNg or ImaField.DigestNgV2 => !ImaDigest.TryRead(field, value, out _),
            ImaField.ModsigDigest => !value.IsEmpty && !ImaDigest.TryRead(ImaField.DigestNg, value, out _),
            // A path has no NUL but the one that ends it; another would hide what follows from whoever prints it.
            ImaField.Name or ImaField.NameNg => value.Span.IndexOf((byte)0) is var nul and >= 0 && nul != value.Length - 1,
            ImaField.Uid or ImaField.Gid or ImaField.Mode => value.Length is not (2 or 4 or 8),
            _ => false,
        };
        if (wrong)
        {
            throw Refuse(ImaTemplate.Describe(field), offset, "is not what such a field holds");
        }
    }

    private ImaTemplate TemplateOf(ReadOnlySpan<byte> name)
    {
        if (_template is not null && name.SequenceEqual(_templateName))
        {
            return _template;
        }

        _templateName = name.ToArray();
        return _template = ImaTemplate.Of(name);
    }

    private ReadOnlyMemory<byte> Take(ref int at, int count, string member)
    {
        if (count > _bytes.Length - at)
        {
            throw Refuse(member, at, $"needs {count} bytes, {_bytes.Length - at} left");
        }

        at += count;
        return _bytes.Slice(at - count, count);
    }

    private ReadOnlyMemory<byte> Sized(ref int at, string member, int max, string limit)
    {
        var start = at;
        var size = Length(Take(ref at, sizeof(uint), member).Span);
        return size > (uint)(_bytes.Length - at) ? throw Refuse(member, start, $"has {size} bytes, {_bytes.Length - at} left")
            : size > max ? throw Refuse(member, start, $"has {size} bytes, {max} are allowed ({limit})")
            : Take(ref at, (int)size, member);
    }

    private uint Length(ReadOnlySpan<byte> bytes) => ImaEntry.ReadLength(bytes, _isBigEndian);

    // Without ima_canonical_fmt a big-endian machine writes its own order. A template's name is short in one order only.
    private static bool LooksBigEndian(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= HeadSize + sizeof(uint)
        && ImaEntry.ReadLength(bytes[HeadSize..], isBigEndian: false) > MeasurementLimits.MaxImaTemplateNameBytes
        && ImaEntry.ReadLength(bytes[HeadSize..], isBigEndian: true) <= MeasurementLimits.MaxImaTemplateNameBytes;

    private LogFormatException Refuse(string member, int offset, string problem) => new(new LogProblem($"entry {_next} {member}", offset, problem));

    // pcr and template hash: what stands before the template's name.
    internal const int HeadSize = sizeof(uint) + ImaEntry.LegacyDigestSize;
}
