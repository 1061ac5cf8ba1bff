using System.Globalization;

namespace Shype.Attest.Cli.Commands;

/// <summary>Times on the command line: UTC unless an offset stands there.</summary>
internal static class TimeText
{
    /// <exception cref="CommandException">It is none.</exception>
    public static DateTimeOffset? Read(string option, string? text) => text is null ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time
        : throw CommandException.Unusable($"{option}: '{text}' is no time; write 2027-01-31 or 2027-01-31T12:00:00Z");
}
