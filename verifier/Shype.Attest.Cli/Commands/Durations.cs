using System.Globalization;

namespace Shype.Attest.Cli.Commands;

/// <summary>Durations on the command line: 60s, 3m, 12h, 2d.</summary>
internal static class Durations
{
    /// <exception cref="CommandException">It is none.</exception>
    public static long? Seconds(string option, string? text)
    {
        if (text is null)
        {
            return null;
        }

        long unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
        return unit > 0 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number * unit
            : throw CommandException.Unusable($"{option}: '{text}' is no duration; write 60s, 3m, 12h or 2d");
    }

    /// <summary>Seconds for a person.</summary>
    public static string Text(long seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds switch
    {
        _ when seconds % 86_400 == 0 => $"{seconds / 86_400}d",
        _ when seconds % 3600 == 0 => $"{seconds / 3600}h",
        _ when seconds % 60 == 0 && seconds > 60 => $"{seconds / 60}m",
        _ => $"{seconds}s",
    }}");
}
