using System.CommandLine;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;
using Spectre.Console;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype signing-key</c>: a verifier's own keys.</summary>
public static class SigningKeyCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("signing-key", "List, rotate and take away the keys that a verifier itself signs with.")
    {
        List(surroundings),
        Rotate(surroundings),
        Retire(surroundings),
    };

    private static Command List(Surroundings surroundings) => Connected.Of(
        surroundings,
        new Command(
            "list",
            """
            List the keys of results, audit and challenges: which signs, which comes next, which is still taken.

            Example:
              shype signing-key list --server https://verifier:8443 --ca cert.pem --token-file admin.token
            """),
        async (api, report, _, cancellationToken) => Write(report, await api.GetAsync(Route, ProtocolJson.Default.KeyList, cancellationToken)));

    private static Command Rotate(Surroundings surroundings)
    {
        var purpose = new Option<string>("--for")
        {
            Description = "Whose next key: results, audit or challenges", HelpName = "PURPOSE", DefaultValueFactory = _ => KeyPurposes.Results,
        };
        purpose.AcceptOnlyFromAmong([.. KeyPurposes.All]);
        var now = new Option<bool>("--now") { Description = "It signs as soon as every verifier knows it; readers that keep the key set must fetch it again" };
        var rotate = new Command(
            "rotate",
            """
            Make the next key. One of results is published for a day before it signs; the old one stays until all that it signed has expired.

            Example:
              shype signing-key rotate --now --server https://verifier:8443 --ca cert.pem --token-file admin.token
            """)
        { purpose, now };
        return Connected.Of(surroundings, rotate, async (api, report, parsed, cancellationToken) =>
        {
            var request = new KeyRotation { Purpose = parsed.GetRequiredValue(purpose), Now = parsed.GetValue(now) };
            Write(report, await api.PostAsync(Route, request, ProtocolJson.Default.KeyRotation, ProtocolJson.Default.KeyList, cancellationToken));
        });
    }

    private static Command Retire(Surroundings surroundings)
    {
        var id = new Argument<string>("ID") { Description = "The key's id, the kid of what it signs" };
        var retire = new Command(
            "retire",
            """
            Take a key away at once, e.g. because somebody else may have it: all that it signed is refused from now on. Another signs in its place.

            Example:
              shype signing-key retire iZ8iOZyyEdKR2t7F0Ja7Qz1HhCyDGbKYa6MRWKpCHvM --server https://verifier:8443 --ca cert.pem --token-file admin.token
            """)
        { id };
        return Connected.Of(surroundings, retire, async (api, report, parsed, cancellationToken) => Write(
            report, await api.DeleteAsync(VerifierApi.Path(Route, parsed.GetRequiredValue(id)), ProtocolJson.Default.KeyList, cancellationToken)));
    }

    private static void Write(Report report, KeyList list)
    {
        if (report.Json)
        {
            report.WriteIndented(list, ProtocolJson.Default.KeyList);
            return;
        }

        new Page(report).Table(0, ["key", "for", "state", "signs from", "taken until", "in", "made", "by"], list.Keys.Select(IReadOnlyList<(string, Style?)> (key) =>
        [
            (key.Id, Styles.Strong),
            (key.Purpose, null),
            (key.State, null),
            (Page.Moment(key.From), null),
            (key.Until is { } end ? Page.Moment(end) : "", null),
            (key.Place, null),
            (Page.Moment(key.Made), null),
            (key.By, null),
        ]));
    }

    private const string Route = "v1/keys";
}
