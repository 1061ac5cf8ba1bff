using System.Text;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Measurement.EventLogs;

/// <summary>
/// A short printable look at an event's data, for people. It follows from bytes that nobody has proven and decides nothing; what is not text is shown
/// in hex, what could move a cursor is escaped.
/// </summary>
public static class EventDescription
{
    /// <summary>The description; empty for an event without data.</summary>
    public static string Of(MeasuredEvent measured)
    {
        ArgumentNullException.ThrowIfNull(measured);
        var data = measured.Data.Span;
        return measured.Type switch
        {
            _ when data.IsEmpty => "",
            EventType.EfiVariableDriverConfig or EventType.EfiVariableBoot or EventType.EfiVariableBoot2 or EventType.EfiVariableAuthority
                when VariableName(data) is { } name => $"variable {name}",
            EventType.NoAction when Text(data[..Math.Min(data.Length, 16)]) is { } signature => signature,
            _ => Text(data) ?? Hex(data),
        };
    }

    // UEFI_VARIABLE_DATA: GUID, UINT64 characters of the name, UINT64 bytes of the value, name in UTF-16, value.
    private static string? VariableName(ReadOnlySpan<byte> data)
    {
        if (data.Length < VariableHeader)
        {
            return null;
        }

        var characters = BitConverter.ToUInt64(data[16..]);
        return characters is > 0 and <= MaxCharacters && (int)characters * 2 <= data.Length - VariableHeader
            ? Shown(Encoding.Unicode.GetString(data.Slice(VariableHeader, (int)characters * 2)))
            : null;
    }

    private static string? Text(ReadOnlySpan<byte> data)
    {
        var text = data.TrimEnd((byte)0);
        if (text.Length == 0)
        {
            return null;
        }

        if (!text.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            return Shown(Encoding.ASCII.GetString(text[..Math.Min(text.Length, MaxCharacters + 1)]));
        }

        // UTF-16 of plain characters, as firmware and systemd-stub write strings.
        var wide = data[..(data.Length & ~1)];
        while (wide.Length > 0 && wide[^1] == 0 && wide[^2] == 0)
        {
            wide = wide[..^2];
        }

        for (var i = 0; i < wide.Length; i += 2)
        {
            if (wide[i] is < (byte)' ' or > (byte)'~' || wide[i + 1] != 0)
            {
                return null;
            }
        }

        return Shown(Encoding.Unicode.GetString(wide[..Math.Min(wide.Length, 2 * (MaxCharacters + 1))]));
    }

    private static string Shown(string text)
    {
        var end = text.TrimEnd('\0');
        return end.Length > MaxCharacters ? TextRules.Escape(end.AsSpan(0, MaxCharacters)) + "…" : TextRules.Escape(end);
    }

    private static string Hex(ReadOnlySpan<byte> data) =>
        data.Length > MaxHexBytes ? Convert.ToHexStringLower(data[..MaxHexBytes]) + "…" : Convert.ToHexStringLower(data);

    private const int VariableHeader = 16 + 8 + 8;
    private const int MaxCharacters = 120;
    private const int MaxHexBytes = 24;
}
