using Shype.Attest.Protocol.Checks;
using Spectre.Console;

namespace Shype.Attest.Cli.Output;

/// <summary>What a doctor says, for a person: what is wrong first, each with what to do.</summary>
internal sealed class CheckText(Report report)
{
    private readonly Page _page = new(report);

    /// <summary>Writes it.</summary>
    public void Write(CheckReport found)
    {
        foreach (var check in found.Checks)
        {
            var word = check.State.ToString().ToLowerInvariant();
            _page.Line(0, (word.PadRight(WidestState), Of(check.State)), (check.Name, Styles.Strong), (": " + check.Text, null));
            if (check.Advice is { } advice)
            {
                _page.Line(WidestState, ("do: ", Styles.Quiet), (advice, null));
            }
        }

        _page.Gap();
        _page.Line(0, found.Count());
    }

    private static Style Of(CheckState state) => state switch
    {
        CheckState.Ok => Styles.Good,
        CheckState.Warning => Styles.Doubtful,
        _ => Styles.Bad,
    };

    private const int WidestState = 9;
}
