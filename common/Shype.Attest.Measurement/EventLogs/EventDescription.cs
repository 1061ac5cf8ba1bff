using System.Text;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Measurement.EventLogs;

/// <summary>
/// A short printable look at bytes that have no layout, for people. It decides nothing; what is not plain ASCII or UTF-16 of it is shown in hex.
/// </summary>
public static class EventDescription
{
    /// <summary>The description; empty for no bytes.</summary>
    public static string Of(ReadOnlySpan<byte> data) => data.IsEmpty ? "" : Text(data) ?? Hex(data);

    /// <summary>Text of any length and content as it may be shown: escaped, and cut where a line ends.</summary>
    public static string Shown(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var end = text.TrimEnd('\0');
        return end.Length > MaxCharacters ? TextRules.Escape(end.AsSpan(0, MaxCharacters)) + "…" : TextRules.Escape(end);
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
            return Cut(Encoding.ASCII.GetString(text[..Math.Min(text.Length, MaxCharacters + 1)]));
        }

        // UTF-16 of plain characters, as firmware writes strings.
        var wide = data[..(data.Length & ~1)];
        while (wide.Length > 0 && wide[^1] == 0 && wide[^2] == 0)
        {
            wide = wide[..^2];
        }

        if (wide.Length == 0)
        {
            return null;
        }

        for (var i = 0; i < wide.Length; i += 2)
        {
            if (wide[i] is < (byte)' ' or > (byte)'~' || wide[i + 1] != 0)
            {
                return null;
            }
        }

        return Cut(Encoding.Unicode.GetString(wide[..Math.Min(wide.Length, 2 * (MaxCharacters + 1))]));
    }

    private static string Cut(string printable) => printable.Length > MaxCharacters ? printable[..MaxCharacters] + "…" : printable;

    private static string Hex(ReadOnlySpan<byte> data) =>
        data.Length > MaxHexBytes ? Convert.ToHexStringLower(data[..MaxHexBytes]) + "…" : Convert.ToHexStringLower(data);

    private const int MaxCharacters = 160;
    private const int MaxHexBytes = 24;
}
