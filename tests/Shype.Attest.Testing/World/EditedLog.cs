using System.Buffers.Binary;
using Shype.Attest.Measurement.EventLogs;

namespace Shype.Attest.Testing.World;

/// <summary>A firmware log under an editor's hand: digests stay, so that it still adds up to what was quoted.</summary>
public static class EditedLog
{
    /// <summary>Rewrites the type of the first event that is meant.</summary>
    public static byte[] WithType(byte[] log, Func<MeasuredEvent, bool> meant, EventType type)
    {
        var bytes = log.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Find(log, meant).Offset + 4), (uint)type);
        return bytes;
    }

    /// <summary>Rewrites the data of the first event that is meant.</summary>
    public static byte[] WithData(byte[] log, Func<MeasuredEvent, bool> meant, Func<byte[], byte[]> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var found = Find(log, meant);
        var sizeAt = found.Offset + 12 + found.Digests.Sum(digest => 2 + digest.Value.Length);
        var data = change(found.Data.ToArray());
        return [.. log[..sizeAt], .. BitConverter.GetBytes(data.Length), .. data, .. log[(sizeAt + 4 + found.Data.Length)..]];
    }

    /// <summary>Replaces text, of the same length or not, in the first event that has it.</summary>
    public static byte[] WithText(byte[] log, string text, string replacement) => WithData(
        log, candidate => Text(candidate.Data.ToArray()).Contains(text, StringComparison.Ordinal), data => [.. Text(data).Replace(text, replacement, StringComparison.Ordinal).Select(c => (byte)c)]);

    /// <summary>Puts an EV_NO_ACTION event, which is never extended, in front.</summary>
    public static byte[] WithNoAction(byte[] log, int pcr, byte[] data)
    {
        var first = Find(log, _ => true);
        byte[] head = [.. BitConverter.GetBytes(pcr), .. BitConverter.GetBytes((uint)EventType.NoAction), .. BitConverter.GetBytes(first.Digests.Count)];
        var digests = first.Digests.SelectMany(digest => (byte[])[.. BitConverter.GetBytes((ushort)digest.Algorithm), .. new byte[digest.Value.Length]]);
        return [.. log[..first.Offset], .. head, .. digests, .. BitConverter.GetBytes(data.Length), .. data, .. log[first.Offset..]];
    }

    private static MeasuredEvent Find(byte[] log, Func<MeasuredEvent, bool> meant) =>
        TcgEventLog.TryParse(log, out var parsed, out var problem) ? parsed.Events.First(meant) : throw new ArgumentException(problem.ToString(), nameof(log));

    private static string Text(byte[] data) => System.Text.Encoding.Latin1.GetString(data);
}
