using System.Diagnostics.CodeAnalysis;
using System.Formats.Cbor;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.References.Corim;

/// <summary>Reads an unsigned CoRIM (draft-ietf-rats-corim 4.1, CBOR tag 501) with its CoMIDs.</summary>
public sealed class CorimReader
{
    private readonly ReferenceContent _content = new();
    private readonly List<string> _entities = [];
    private string _id = "";
    private string? _profile;
    private DateTimeOffset? _notBefore;
    private DateTimeOffset? _notAfter;

    private CorimReader()
    {
    }

    /// <summary>Reads a CoRIM; the problem names the member and the byte.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out CorimDocument? document, [NotNullWhen(false)] out ProtocolProblem? problem)
    {
        document = null;
        if (bytes.Length > AppraisalLimits.MaxBundleBytes)
        {
            problem = new("CoRIM", 0, $"{bytes.Length} bytes, {AppraisalLimits.MaxBundleBytes} are allowed", nameof(AppraisalLimits.MaxBundleBytes));
            return false;
        }

        if (!CorimCursor.TryRead(new CorimCursor(bytes), cursor => new CorimReader().Read(cursor), out document, out problem))
        {
            problem ??= new("CoRIM", 0, "it cannot be read");
            return false;
        }

        // What our own format forbids, such as a control character in a name, is not let in through another one.
        problem = ReferenceSet.TryCreate(document!.Content, out _, out var wrong) ? null : wrong;
        document = problem is null ? document : null;
        return problem is null;
    }

    private CorimDocument Read(CorimCursor cursor)
    {
        cursor.Tag(501, "CoRIM");
        // The profile decides what the tags mean and stands behind them.
        List<(ulong Tag, CorimCursor Body)> tags = [];
        var start = cursor.Offset;
        var members = cursor.Map("corim-map", (key, at) => key switch
        {
            0 => Do(() => _id = ReadId(at, "id")),
            1 => Do(() => at.Each("tags", AppraisalLimits.MaxCorimTags, item => tags.Add(ReadTag(item)))),
            3 => Do(() => _profile = ReadProfile(at)),
            4 => Do(() => ReadValidity(at)),
            5 => Do(() => at.Each("entities", AppraisalLimits.MaxCorimTags, entity => ReadEntity(entity, _entities))),
            _ => false,
        });
        if (!members.Has(0) || !members.Has(1) || tags.Count == 0)
        {
            throw CorimCursor.RefuseAt(start, "corim-map", "an id (0) and at least one tag (1) are needed");
        }

        if (_profile is not (null or CorimProfiles.Own or CorimProfiles.ParsecTpm))
        {
            throw CorimCursor.RefuseAt(start, "profile", $"'{_profile}' is not known, so nothing in it can be understood");
        }

        foreach (var (tag, body) in tags)
        {
            // 505 CoSWID, 508 CoTL: well-formed, of no use here.
            if (tag != ComidTag)
            {
                body.Skip("tag");
                _content.Unused++;
                continue;
            }

            new ComidReader(_profile, _content).Read(body);
            body.End();
        }

        return new CorimDocument
        {
            Id = _id,
            Sequence = _content.Sequence,
            Origin = string.Join(", ", (_entities.Count > 0 ? _entities : _content.Entities).Distinct(StringComparer.Ordinal)),
            Profile = _profile,
            NotBefore = _notBefore,
            NotAfter = _notAfter,
            Content = _content.IsEmpty
                ? throw CorimCursor.RefuseAt(start, "tags", "they hold no value that this verifier can use")
                : _content.ToDocument(),
            Unused = _content.Unused,
        };
    }

    /// <summary>Text, or a uuid as 16 bytes, tagged (37) or not.</summary>
    internal static string ReadId(CorimCursor cursor, string member)
    {
        var start = cursor.Offset;
        if (cursor.Next == CborReaderState.Tag)
        {
            cursor.Tag(37, member);
        }

        var id = cursor.Next == CborReaderState.TextString ? cursor.Text(member) : Uuid(cursor, member);
        return BundleName.Problem(id) is { } problem ? throw CorimCursor.RefuseAt(start, member, problem) : id;
    }

    internal static string Uuid(CorimCursor cursor, string member) =>
        cursor.Bytes(member) is { Length: 16 } uuid ? new Guid(uuid.Span, bigEndian: true).ToString("D") : throw cursor.Refuse(member, "a uuid has 16 bytes");

    /// <summary>An entity's name (entity-map, 0).</summary>
    internal static void ReadEntity(CorimCursor cursor, List<string> names)
    {
        var start = cursor.Offset;
        if (!cursor.Map("entity-map", (key, at) => key == 0 && Do(() => names.Add(at.Text("entity-name")))).Has(0))
        {
            throw CorimCursor.RefuseAt(start, "entity-map", "a name (0) is needed");
        }
    }

    internal static bool Do(Action read)
    {
        read();
        return true;
    }

    private static (ulong, CorimCursor) ReadTag(CorimCursor cursor)
    {
        // #6.506(bytes .cbor concise-mid-tag), 4.1.1; HIRS writes the tag inside of the bytes.
        if (cursor.Next == CborReaderState.Tag)
        {
            return (cursor.ReadTag("tags"), cursor.Embedded("tags"));
        }

        var body = cursor.Embedded("tags");
        return (body.ReadTag("tag"), body);
    }

    private static string ReadProfile(CorimCursor cursor)
    {
        // tag 32: a URI; an OID (111) is no profile that we know.
        if (cursor.ReadTag("profile") is var tag && tag != 32)
        {
            cursor.Skip("profile");
            return $"tag {tag}";
        }

        return cursor.Text("profile");
    }

    private void ReadValidity(CorimCursor cursor)
    {
        var start = cursor.Offset;
        cursor.Map("rim-validity", (key, at) => key switch
        {
            0 => Do(() => _notBefore = ReadTime(at, "not-before")),
            1 => Do(() => _notAfter = ReadTime(at, "not-after")),
            _ => false,
        });
        if (_notAfter is null || _notBefore > _notAfter)
        {
            throw CorimCursor.RefuseAt(start, "rim-validity", "not-after (1) is needed, not before not-before (0)");
        }
    }

    private static DateTimeOffset ReadTime(CorimCursor cursor, string member)
    {
        // RFC 8949 3.4.2: tag 1, here whole seconds.
        cursor.Tag(1, member);
        return cursor.UInt(member) is var seconds && seconds <= LatestSecond
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : throw cursor.Refuse(member, "no calendar reaches that far");
    }

    private const ulong ComidTag = 506;
    private const ulong LatestSecond = 253_402_300_799;
}
