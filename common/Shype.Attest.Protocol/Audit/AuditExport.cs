namespace Shype.Attest.Protocol.Audit;

/// <summary>One line of an export: exactly one of its members is there.</summary>
public sealed record AuditLine
{
    /// <summary>The format's name; the first line and no other.</summary>
    public const string FormatName = "shype audit export 1";

    /// <summary>The first line.</summary>
    public string? Format { get; init; }

    /// <summary>A record.</summary>
    public AuditEntry? Record { get; init; }

    /// <summary>A head (<see cref="AuditHead"/>) that was signed when the record before it was the last.</summary>
    public string? Head { get; init; }

    /// <summary>The head that closes the export; the last line and no other.</summary>
    public string? End { get; init; }
}

/// <summary>What an export proves.</summary>
/// <param name="Records">How many records were read.</param>
/// <param name="Heads">How many signed heads agree with them.</param>
/// <param name="End">The head that closes it; null where it does not hold.</param>
/// <param name="Problem">What is wrong, and in which line; null where it holds.</param>
public sealed record AuditProof(long Records, long Heads, AuditHead? End, string? Problem);

/// <summary>
/// Checks an export line by line, with nothing but the verifier's public keys: records follow each other by number and by hash, each signed head is
/// that of the record before it, and the last line is a signed end.
/// </summary>
/// <param name="keys">The verifier's audit keys.</param>
/// <param name="kept">A head from earlier, which this export must contain; null where none was kept.</param>
public sealed class AuditExportReader(JsonWebKeySet keys, AuditHead? kept)
{
    private byte[] _hash = AuditEntry.Start;
    private long _lines;
    private long _number;
    private long _heads;
    private long? _keyedUntil;
    private long? _firstPublic;
    private bool _keptMet = kept is null or { Number: 0 };
    private AuditHead? _end;
    private string? _problem;

    /// <summary>Takes the next line; false when there is no use in reading on.</summary>
    public bool Take(ReadOnlySpan<byte> line)
    {
        _lines++;
        _problem = Check(line);
        return _problem is null;
    }

    /// <summary>What it all proves, after the last line.</summary>
    public AuditProof Finish()
    {
        var problem = _problem is { } found ? $"line {_lines}: {found}"
            : _end is null ? "the signed end is missing: lines were cut off, or the download was not finished"
            : !_keptMet ? $"it ends before record {kept!.Number}, which the kept head is of: it is older than that, or records were taken away"
            : null;
        return new AuditProof(_number, _heads, problem is null ? _end : null, problem);
    }

    private string? Check(ReadOnlySpan<byte> line)
    {
        if (line.Length > ProtocolLimits.MaxAuditLineBytes)
        {
            return $"has more than {ProtocolLimits.MaxAuditLineBytes} bytes ({nameof(ProtocolLimits.MaxAuditLineBytes)})";
        }

        if (!ProtocolJson.TryRead(line, ProtocolJson.Default.AuditLine, out var read, out var refused))
        {
            return $"is no line of an export: {refused}";
        }

        return (_lines, _end, read) switch
        {
            (_, not null, _) => "stands after the signed end",
            (1, _, { Format: AuditLine.FormatName, Record: null, Head: null, End: null }) => null,
            (1, _, _) => $"an export begins with {{\"format\":\"{AuditLine.FormatName}\"}}",
            (_, _, { Format: null, Record: { } record, Head: null, End: null }) => Follow(record),
            (_, _, { Format: null, Record: null, Head: { } head, End: null }) => Settle(head, isEnd: false),
            (_, _, { Format: null, Record: null, Head: null, End: { } end }) => Settle(end, isEnd: true),
            _ => "is neither a record nor a head nor the end",
        };
    }

    private string? Follow(AuditEntry record)
    {
        if (record.Number != _number + 1)
        {
            return $"record {_number + 1} is missing: {record.Number} stands in its place";
        }

        if (record.Hash.Length != 64 || !record.Hash.All(char.IsAsciiHexDigitLower))
        {
            return $"the hash of record {record.Number} is not 64 lower-case hex digits";
        }

        var hash = Convert.FromHexString(record.Hash);
        // Until a head says from where on hashes are public, a wrong one may be an old one: but only in one run from the start.
        var isPublic = record.HashAfter(_hash).AsSpan().SequenceEqual(hash);
        if (!isPublic && (_keyedUntil is { } until ? record.Number > until : _firstPublic is not null))
        {
            return $"record {record.Number} is not the one that was written";
        }

        _firstPublic ??= isPublic ? record.Number : null;
        (_number, _hash) = (record.Number, hash);
        if (kept?.Number == _number)
        {
            _keptMet = true;
            return kept.Hash == record.Hash ? null : $"record {_number} is not the one of the kept head: something up to it was changed";
        }

        return null;
    }

    private string? Settle(string token, bool isEnd)
    {
        if (!AuditHead.TryVerify(token, keys, out var head, out var refused))
        {
            return $"the signed head is not of this verifier: {refused.Detail}";
        }

        if (head.Number != _number || head.Hash != Convert.ToHexStringLower(_hash))
        {
            return $"the signed head is of record {head.Number} with another hash: something up to record {_number} was changed, added or taken away";
        }

        if (head.End != isEnd)
        {
            return isEnd ? "the head that closes the export was not signed as an end" : "an end that was signed for another export stands within this one";
        }

        if (_keyedUntil is { } until ? until != head.KeyedUntil : (_firstPublic ?? _number + 1) > Math.Max(head.KeyedUntil, 0) + 1)
        {
            return $"a record before {_number} is not the one that was written";
        }

        _keyedUntil = head.KeyedUntil;
        _end = isEnd ? head : null;
        _heads++;
        return null;
    }
}
