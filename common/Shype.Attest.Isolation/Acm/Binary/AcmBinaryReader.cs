using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Layout = Shype.Attest.Isolation.Acm.Binary.AcmBinaryLayout;

namespace Shype.Attest.Isolation.Acm.Binary;

/// <summary>
/// Reads all four versions. Which one it is shows in the header's size, not in its version word: a hypervisor's dump leaves the version
/// words as they were in its heap, and what a hostile file says there decides nothing.
/// </summary>
internal readonly ref struct AcmBinaryReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public static AcmBinaryPolicy Read(ReadOnlySpan<byte> bytes) => new AcmBinaryReader(bytes).Policy();

    private AcmBinaryPolicy Policy()
    {
        if (_bytes.Length is < Layout.HeaderOfVersion1 or > AcmLimits.MaxBinaryBytes)
        {
            throw Bad(0, $"a binary policy has {Layout.HeaderOfVersion1} to {AcmLimits.MaxBinaryBytes} bytes, and these are {_bytes.Length}");
        }

        // Until Xen 3.1 the first two words were policy_version, magic. The change of their order did not change the version.
        var magicFirst = Number(0) == AcmBinary.Magic;
        if (!magicFirst && Number(4) != AcmBinary.Magic)
        {
            throw Bad(0, "neither of the first two words is the magic 0x0001debc");
        }

        if (Number(Layout.Length) != _bytes.Length)
        {
            throw Bad(Layout.Length, $"it says that it has {Number(Layout.Length)} bytes and has {_bytes.Length}");
        }

        var (version, header) = Version();
        if (_bytes.Length < header)
        {
            throw Bad(_bytes.Length, $"the header of version {version} has {header} bytes");
        }

        var codes = version == 1 ? Layout.PolicyReference : Layout.PolicyReference + sizeof(uint);
        var (primaryCode, secondaryCode) = (Code(codes), Code(codes + 8));
        var primaryOffset = Offset(codes + 4, header, _bytes.Length);
        var secondaryOffset = Offset(codes + 12, primaryOffset, _bytes.Length);
        CheckRules(codes, primaryCode, secondaryCode);
        var parts = new Parts();
        ReadPart(primaryCode, primaryOffset, secondaryOffset, parts);
        ReadPart(secondaryCode, secondaryOffset, _bytes.Length, parts);
        return new AcmBinaryPolicy
        {
            FormatVersion = version,
            IsLiveDump = parts.HasState || Number(magicFirst ? 4 : 0) != version,
            Name = version == 1 ? "" : Name(header, primaryOffset),
            XmlVersion = version >= 3 ? XmlVersion() : null,
            XmlHash = version >= 4 ? [.. _bytes.Slice(Layout.XmlHash, SHA1.HashSizeInBytes)] : [],
            Primary = primaryCode,
            Secondary = secondaryCode,
            ChWallRows = parts.ChWallRows,
            ConflictSets = parts.ConflictSets,
            SteRows = parts.SteRows,
        };
    }

    // policy_reference_offset is the header's size. In version 1 a policy code, 15 at most, stands in its place.
    private (int Version, int Header) Version() => Number(Layout.PolicyReference) switch
    {
        <= 15 => (1, Layout.HeaderOfVersion1),
        Layout.HeaderOfVersion2 => (2, Layout.HeaderOfVersion2),
        Layout.HeaderOfVersion3 => (3, Layout.HeaderOfVersion3),
        Layout.Header => (4, Layout.Header),
        var other => throw Bad(Layout.PolicyReference, $"the policy's name is said to be at {other}, where no version has it"),
    };

    private static void CheckRules(int at, PolicyComponent primary, PolicyComponent secondary)
    {
        if (primary == PolicyComponent.None && secondary != PolicyComponent.None)
        {
            throw Bad(at, "a secondary rule without a primary one");
        }

        if (primary == secondary && primary != PolicyComponent.None)
        {
            throw Bad(at + 8, "the same rule twice");
        }
    }

    private AcmVersion XmlVersion()
    {
        var (major, minor) = (Number(Layout.XmlVersion), Number(Layout.XmlVersion + 4));
        return Math.Max(major, minor) <= AcmVersion.MaxPart ? new(major, minor) : throw Bad(Layout.XmlVersion, $"{major}.{minor} is no version of a policy");
    }

    // struct acm_policy_reference_buffer
    private string Name(int at, int end)
    {
        if (end - at < sizeof(uint))
        {
            throw Bad(at, "there is no room for the policy's name");
        }

        var length = Number(at);
        at += sizeof(uint);
        if (length == 0 || length > end - at)
        {
            throw Bad(at - sizeof(uint), $"the policy's name is said to have {length} bytes, and there are {end - at}");
        }

        var name = _bytes.Slice(at, (int)length - 1);
        CheckEnd(at + (int)length, end);
        if (_bytes[at + name.Length] != 0 || name.Contains((byte)0))
        {
            throw Bad(at, "the policy's name does not end with the only NUL in it");
        }

        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(name);
            return text.Length <= AcmLimits.MaxTextLength && !text.EnumerateRunes().Any(Quote.IsInvisible)
                ? text
                : throw Bad(at, $"the policy's name is longer than {AcmLimits.MaxTextLength} characters, or holds control or invisible ones");
        }
        catch (DecoderFallbackException)
        {
            throw Bad(at, "the policy's name is not UTF-8");
        }
    }

    private void ReadPart(PolicyComponent rule, int start, int end, Parts parts)
    {
        switch (rule)
        {
            case PolicyComponent.ChineseWall:
                ChineseWall(start, end, parts);
                break;
            case PolicyComponent.TypeEnforcement:
                TypeEnforcement(start, end, parts);
                break;
            default:
                CheckEnd(start, end);
                break;
        }
    }

    // struct acm_chwall_policy_buffer. The last two arrays are what is running: in dumps only, and no part of the policy.
    private void ChineseWall(int start, int end, Parts parts)
    {
        PartHeader(start, end, Layout.ChineseWall, PolicyComponent.ChineseWall, parts);
        var types = Count(start + 8, AcmLimits.MaxTypes, "types");
        var rows = Count(start + 12, AcmLimits.MaxSsidRows, "labels");
        var sets = Count(start + 16, AcmLimits.MaxConflictSets, "conflict sets");
        var next = start + Layout.ChineseWall;
        parts.ChWallRows = Table(start, 20, rows, types, ref next, end);
        parts.ConflictSets = Table(start, 24, sets, types, ref next, end);
        foreach (var state in (ReadOnlySpan<int>)[28, 32])
        {
            if (Number(start + state) != 0)
            {
                parts.HasState = true;
                next = ArrayAt(start, state, types, next, end) + (types * sizeof(ushort));
            }
        }

        CheckEnd(next, end);
    }

    // struct acm_ste_policy_buffer
    private void TypeEnforcement(int start, int end, Parts parts)
    {
        PartHeader(start, end, Layout.TypeEnforcement, PolicyComponent.TypeEnforcement, parts);
        var types = Count(start + 8, AcmLimits.MaxTypes, "types");
        var rows = Count(start + 12, AcmLimits.MaxSsidRows, "labels");
        var next = start + Layout.TypeEnforcement;
        parts.SteRows = Table(start, 16, rows, types, ref next, end);
        CheckEnd(next, end);
    }

    private void PartHeader(int start, int end, int size, PolicyComponent rule, Parts parts)
    {
        if (end - start < size)
        {
            throw Bad(start, $"{rule} needs {size} bytes here, and there are {end - start}");
        }

        parts.HasState |= Number(start) != Layout.PartVersion;
        if (Number(start + 4) != (uint)rule)
        {
            throw Bad(start + 4, $"the header says {rule} and this part has code {Number(start + 4)}");
        }
    }

    private TypeTable Table(int start, int field, int rows, int types, ref int next, int end)
    {
        var count = rows * types;
        if (count == 0)
        {
            return new(rows, types, []);
        }

        var at = ArrayAt(start, field, count, next, end);
        next = at + (count * sizeof(ushort));
        var cells = ImmutableArray.CreateBuilder<bool>(count);
        for (var i = at; i < next; i += sizeof(ushort))
        {
            cells.Add(BinaryPrimitives.ReadUInt16BigEndian(_bytes[i..]) switch
            {
                0 => false,
                1 => true,
                var other => throw Bad(i, $"a table holds {other}, where only 0 and 1 have a meaning"),
            });
        }

        return new(rows, types, cells.MoveToImmutable());
    }

    /// <summary>Where an array of 16-bit numbers begins: after what was read before it, and all of it before the end.</summary>
    private int ArrayAt(int start, int field, int count, int next, int end)
    {
        var offset = Number(start + field);
        if (offset < next - start || offset > end - start || count > (end - start - (int)offset) / sizeof(ushort))
        {
            throw Bad(start + field, $"{count} numbers at {offset} do not fit between {next - start} and {end - start}");
        }

        return start + (int)offset;
    }

    private int Count(int at, int max, string what) => Number(at) <= max ? (int)Number(at) : throw Bad(at, $"{Number(at)} {what}; at most {max} are read");

    private int Offset(int at, int from, int to) => Number(at) >= from && Number(at) <= to ? (int)Number(at) : throw Bad(at, $"a part is said to be at {Number(at)}, which is not between {from} and {to}");

    private PolicyComponent Code(int at) => Number(at) switch
    {
        0 => PolicyComponent.None,
        1 => PolicyComponent.ChineseWall,
        2 => PolicyComponent.TypeEnforcement,
        15 => throw Bad(at, "code 15 stands for no rule; xend's compiler wrote it for policies of Type Enforcement alone, and no hypervisor loads it"),
        var other => throw Bad(at, $"{other} is no rule's code"),
    };

    // What pads a part is heap garbage in dumps, but never more than padding.
    private static void CheckEnd(int next, int end)
    {
        if (end - next >= Layout.Padding)
        {
            throw Bad(next, $"{end - next} bytes are left over");
        }
    }

    private uint Number(int at) => BinaryPrimitives.ReadUInt32BigEndian(_bytes[at..]);

    private static AcmBinaryException Bad(int offset, string message) => new(offset, message);

    private sealed class Parts
    {
        public TypeTable? ChWallRows { get; set; }

        public TypeTable? ConflictSets { get; set; }

        public TypeTable? SteRows { get; set; }

        public bool HasState { get; set; }
    }
}
