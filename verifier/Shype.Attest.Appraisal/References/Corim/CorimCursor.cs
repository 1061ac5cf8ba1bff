using System.Formats.Cbor;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.References.Corim;

/// <summary>
/// Reads CBOR (RFC 8949) member by member: definite lengths, no key twice, valid UTF-8, bounded nesting. Remembers what it reads and where, for the message of
/// a refusal.
/// </summary>
internal sealed class CorimCursor(ReadOnlyMemory<byte> bytes, int start = 0)
{
    private readonly CborReader _reader = new(bytes, CborConformanceMode.Strict);
    private string _member = "CoRIM";

    /// <summary>Where the next item stands in the whole message.</summary>
    public int Offset => start + bytes.Length - _reader.BytesRemaining;

    public CborReaderState Next => _reader.PeekState();

    /// <summary>Runs a reader to its end: nothing may be left over.</summary>
    public static bool TryRead<T>(CorimCursor cursor, Func<CorimCursor, T> read, out T? value, out ProtocolProblem? problem)
        where T : class
    {
        (value, problem) = (null, null);
        try
        {
            value = read(cursor);
            cursor.End();
            return true;
        }
        catch (CorimFormatException refused)
        {
            problem = refused.Problem;
        }
        catch (Exception refused) when (refused is CborContentException or OverflowException or InvalidOperationException)
        {
            problem = new(cursor._member, cursor.Offset, refused is CborContentException ? refused.Message.TrimEnd('.') : "it is not what the format has here");
        }

        value = null;
        return false;
    }

    public void Tag(ulong tag, string member)
    {
        Expect(CborReaderState.Tag, "a tag", member);
        var offset = Offset;
        if ((ulong)_reader.ReadTag() is var found && found != tag)
        {
            throw RefuseAt(offset, member, $"tag {found} found, {tag} is needed");
        }
    }

    public ulong ReadTag(string member)
    {
        Expect(CborReaderState.Tag, "a tag", member);
        return (ulong)_reader.ReadTag();
    }

    public ulong UInt(string member)
    {
        Expect(CborReaderState.UnsignedInteger, "an unsigned integer", member);
        return _reader.ReadUInt64();
    }

    public string Text(string member, int max = AppraisalLimits.MaxReferenceText)
    {
        Expect(CborReaderState.TextString, "a text", member);
        var offset = Offset;
        var text = _reader.ReadTextString();
        return text.Length <= max ? text : throw RefuseAt(offset, member, $"{text.Length} characters, {max} are allowed", nameof(AppraisalLimits.MaxReferenceText));
    }

    public ReadOnlyMemory<byte> Bytes(string member)
    {
        Expect(CborReaderState.ByteString, "a byte string", member);
        return _reader.ReadDefiniteLengthByteString();
    }

    /// <summary>A byte string that holds CBOR.</summary>
    public CorimCursor Embedded(string member)
    {
        var inner = Bytes(member);
        return new CorimCursor(inner, Offset - inner.Length);
    }

    /// <summary>An array of so many items.</summary>
    public void Array(int count, string member)
    {
        var offset = Offset;
        if (ArrayHeader(member) is var found && found != count)
        {
            throw RefuseAt(offset, member, $"an array of {count} items is needed, {found} found");
        }
    }

    /// <summary>Every item of an array.</summary>
    public int Each(string member, int max, Action<CorimCursor> read)
    {
        var offset = Offset;
        var count = ArrayHeader(member);
        if (count > max)
        {
            throw RefuseAt(offset, member, $"{count} items, {max} are allowed", nameof(AppraisalLimits));
        }

        for (var i = 0; i < count; i++)
        {
            read(this);
        }

        EndArray();
        return count;
    }

    public void EndArray() => _reader.ReadEndArray();

    /// <summary>
    /// Every member of a map whose key is a number; what <paramref name="read"/> does not know (false) is skipped, as CoRIM's extension points want it.
    /// Says which known members there were.
    /// </summary>
    public Members Map(string member, Func<int, CorimCursor, bool> read)
    {
        Expect(CborReaderState.StartMap, "a map", member);
        if (_reader.ReadStartMap() is null)
        {
            throw Refuse(member, IndefiniteLength);
        }

        var (known, unknown) = (0UL, 0);
        while (_reader.PeekState() != CborReaderState.EndMap)
        {
            var key = _reader.PeekState() == CborReaderState.UnsignedInteger && _reader.ReadUInt64() is var number && number < 64 ? (int)number : -1;
            if (key < 0 && _reader.PeekState() is CborReaderState.NegativeInteger or CborReaderState.TextString)
            {
                Skip(member);
            }

            if (key >= 0 && read(key, this))
            {
                known |= 1UL << key;
            }
            else
            {
                unknown++;
                Skip(member);
            }
        }

        _reader.ReadEndMap();
        return new(known, unknown);
    }

    /// <summary>Passes over one item, however it is made, as deep as is allowed.</summary>
    public void Skip(string member)
    {
        _member = member;
        var depth = _reader.CurrentDepth;
        do
        {
            Step(member);
        }
        while (_reader.CurrentDepth > depth);
    }

    public void End()
    {
        if (_reader.BytesRemaining > 0)
        {
            throw Refuse(_member, $"{_reader.BytesRemaining} bytes are left over");
        }
    }

    public CorimFormatException Refuse(string member, string problem) => RefuseAt(Offset, member, problem);

    public static CorimFormatException RefuseAt(int offset, string member, string problem, string? limit = null) => new(new(member, offset, problem, limit));

    private void Step(string member)
    {
        while (_reader.PeekState() == CborReaderState.Tag)
        {
            _reader.ReadTag();
        }

        switch (_reader.PeekState())
        {
            case CborReaderState.StartArray:
                _ = _reader.ReadStartArray() ?? throw Refuse(member, IndefiniteLength);
                break;
            case CborReaderState.StartMap:
                _ = _reader.ReadStartMap() ?? throw Refuse(member, IndefiniteLength);
                break;
            case CborReaderState.EndArray:
                _reader.ReadEndArray();
                break;
            case CborReaderState.EndMap:
                _reader.ReadEndMap();
                break;
            case CborReaderState.StartIndefiniteLengthByteString or CborReaderState.StartIndefiniteLengthTextString:
                throw Refuse(member, IndefiniteLength);
            default:
                _reader.SkipValue();
                break;
        }

        if (_reader.CurrentDepth > AppraisalLimits.MaxCorimDepth)
        {
            throw RefuseAt(Offset, member, $"nested deeper than {AppraisalLimits.MaxCorimDepth}", nameof(AppraisalLimits.MaxCorimDepth));
        }
    }

    private int ArrayHeader(string member)
    {
        Expect(CborReaderState.StartArray, "an array", member);
        return _reader.ReadStartArray() ?? throw Refuse(member, IndefiniteLength);
    }

    private void Expect(CborReaderState wanted, string name, string member)
    {
        _member = member;
        if (_reader.PeekState() is var found && found != wanted)
        {
            throw Refuse(member, $"{name} is needed, {found} found");
        }
    }

    private const string IndefiniteLength = "indefinite lengths are not allowed";
}

/// <summary>Which members a map had.</summary>
/// <param name="Known">A bit for each key.</param>
/// <param name="Unknown">How many were passed over.</param>
internal readonly record struct Members(ulong Known, int Unknown)
{
    public bool Has(int key) => (Known & (1UL << key)) != 0;
}
