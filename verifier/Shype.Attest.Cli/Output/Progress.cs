using System.Globalization;

namespace Shype.Attest.Cli.Output;

/// <summary>How far long work is: one line on a terminal's standard error, gone when the work is done. Nothing at all where no person looks.</summary>
public sealed class Progress : IDisposable
{
    private readonly TextWriter? _terminal;
    private readonly TimeProvider _clock;
    private readonly string _what;
    private readonly int _columns;
    private long _shownAt;
    private int _shown;

    /// <summary>Progress of one piece of work.</summary>
    /// <param name="surroundings">Where to show it.</param>
    /// <param name="what">What is done, in a few words.</param>
    public Progress(Surroundings surroundings, string what)
    {
        ArgumentNullException.ThrowIfNull(surroundings);
        (_terminal, _clock, _what) = (surroundings.ErrorsWidth is null ? null : surroundings.Errors, surroundings.Clock, Report.Visible(what));
        _columns = surroundings.ErrorsWidth ?? 0;
        _shownAt = _clock.GetTimestamp();
    }

    /// <summary>Says how far it is; shown a few times a second, and not at all where all is done before that.</summary>
    /// <param name="done">So many.</param>
    /// <param name="total">Of so many; null where that is not known.</param>
    /// <param name="unit">Bytes are written as MiB; anything else as it is called.</param>
    public void Tell(long done, long? total, string unit)
    {
        if (_terminal is null || _clock.GetElapsedTime(_shownAt) < Pace)
        {
            return;
        }

        _shownAt = _clock.GetTimestamp();
        var (number, of, name) = unit == Bytes ? (Mebi(done), total is { } all ? Mebi(all) : null, "MiB") : (Plain(done), total is { } count ? Plain(count) : null, unit);
        var line = total is { } whole and > 0
            ? $"{_what}: {Bar(done, whole)} {number} of {of} {name}"
            : $"{_what}: {number} {name}";
        line = line[..Math.Min(line.Length, Math.Max(_columns - 1, 0))];
        _terminal.Write("\r" + line.PadRight(_shown));
        _shown = line.Length;
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        if (_shown > 0)
        {
            _terminal!.Write("\r" + new string(' ', _shown) + "\r");
            _shown = 0;
        }
    }

    /// <summary>The unit of sizes.</summary>
    public const string Bytes = "bytes";

    private static string Bar(long done, long total)
    {
        var full = (int)Math.Clamp(done * BarColumns / total, 0, BarColumns);
        return $"[{new string('=', full)}{new string(' ', BarColumns - full)}]";
    }

    private static string Mebi(long bytes) => (bytes / (1024.0 * 1024)).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Plain(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);
    private const int BarColumns = 24;
}
