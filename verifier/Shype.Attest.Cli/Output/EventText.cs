using Shype.Attest.Protocol;
using Spectre.Console;

namespace Shype.Attest.Cli.Output;

/// <summary>States and their changes for a person.</summary>
internal sealed class EventText(Report report)
{
    private readonly Page _page = new(report);

    /// <summary>A history.</summary>
    public void Write(IReadOnlyList<HostEvent> events) => _page.Table(0, ["when", "from", "to", "why", "by", "evidence"], events.Select(IReadOnlyList<(string, Style?)> (change) =>
    [
        (Page.Moment(change.At), null),
        (change.From is { } from ? Word(from) : "", null),
        (To(change), Styles.OfWord(Word(change.To))),
        (string.Join(' ', change.Causes), null),
        (change.By ?? "", null),
        (change.Evidence is { Length: > 16 } digest ? digest[..16] : change.Evidence ?? "", Styles.Quiet),
    ]), "evidence", "by");

    /// <summary>One change as a line.</summary>
    public void Write(HostEvent change) => _page.Line(
        0, (Page.Moment(change.At), Styles.Quiet), ("  ", null), (change.HostName, Styles.Strong), ($"  {(change.From is { } from ? Word(from) + " -> " : "")}", null),
        (To(change), Styles.OfWord(Word(change.To))), ("  " + string.Join(' ', change.Causes), null));

    /// <summary>What there is to say of a state.</summary>
    public static IEnumerable<(string Name, string Value)> Facts(WatchStatus status)
    {
        yield return ("state", Word(status.State));
        yield return ("since", Page.Moment(status.Since));
        yield return ("why", string.Join(' ', status.Causes));
        if (status.Heard is { } heard)
        {
            yield return ("last heard", Page.Moment(heard));
        }

        if (status.SilentSince is { } silent)
        {
            yield return ("silent since", Page.Moment(silent));
        }

        if (status.Due is { } due)
        {
            yield return ("to be heard by", Page.Moment(due));
        }
    }

    /// <summary>A state as it is written.</summary>
    public static string Word(WatchState state) => state.ToString().ToLowerInvariant();

    private static string To(HostEvent change) => Word(change.To) + (change.Silent && change.To != WatchState.Unreachable ? ", silent" : "");
}
