using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Shype.Attest.Measurement.Records;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Shype.Attest.Cli.Output;

/// <summary>
/// What a command says: text for a person or JSON for a program, on standard output; errors on standard error. Whatever a host, a server or a file
/// brought goes through <see cref="Visible"/> before it stands here.
/// </summary>
public sealed class Report(Surroundings surroundings, bool json)
{
    /// <summary>Whether a program reads.</summary>
    public bool Json { get; } = json;

    /// <summary>
    /// Text that cannot lie to who reads it: control characters (ANSI sequences, new lines), line separators and bidirectional controls are written
    /// as \uXXXX. The one way for a stranger's text to the terminal (threats R11, K14).
    /// </summary>
    public static string Visible(string text) => TextRules.Escape(text);

    /// <summary>Columns of the terminal; null where there is none.</summary>
    internal int? TerminalWidth => surroundings.TerminalWidth;

    /// <summary>A message of this program, as JSON.</summary>
    public void Write<T>(T message, JsonTypeInfo<T> type) => surroundings.Output.WriteLine(JsonSerializer.Serialize(message, type));

    /// <summary>A message of the protocol, as JSON for people to read too.</summary>
    public void WriteIndented<T>(T message, JsonTypeInfo<T> type) =>
        Write(JsonSerializer.SerializeToElement(message, type), CliJson.Default.JsonElement);

    /// <summary>Lines that are safe already.</summary>
    public void Line(string text = "") => surroundings.Output.WriteLine(text);

    /// <summary>A table or a styled text; colour and wrapping only on a terminal.</summary>
    public void Draw(IRenderable drawing)
    {
        using var drawn = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = HasColour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = HasColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(drawn),
        });
        console.Profile.Width = surroundings.TerminalWidth ?? UnwrappedWidth;
        console.Write(drawing);
        foreach (var line in drawn.ToString().TrimEnd('\n').Split('\n'))
        {
            Line(line.TrimEnd());
        }
    }

    /// <summary>The end of a command that failed; returns its exit code.</summary>
    public int Fail(ExitCode exitCode, string message, string? advice = null)
    {
        if (Json)
        {
            Write(new ErrorReport(new ErrorDetail(message, (int)exitCode)), CliJson.Default.ErrorReport);
        }

        Complain(message);
        if (advice is not null)
        {
            surroundings.Errors.WriteLine(advice);
        }

        return (int)exitCode;
    }

    /// <summary>An error, where standard output already says in its own form what is wrong.</summary>
    public void Complain(string message) => surroundings.Errors.WriteLine($"error: {Visible(message)}");

    /// <summary>Something that the reader must know whatever the answer is; never in the way of JSON.</summary>
    public void Warn(string message) => surroundings.Errors.WriteLine($"warning: {Visible(message)}");

    /// <summary>Something beside the answer.</summary>
    public void Note(string message) => surroundings.Errors.WriteLine(Visible(message));

    // https://no-color.org: any value that is not empty.
    private bool HasColour => surroundings.TerminalWidth is not null && string.IsNullOrEmpty(surroundings.Environment("NO_COLOR"));

    private const int UnwrappedWidth = 10_000;
}
