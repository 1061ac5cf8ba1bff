using System.CommandLine;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;
using Spectre.Console;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype token</c>: who may ask a verifier for what.</summary>
public static class TokenCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("token", "List, add and remove the access tokens of people and programs.")
    {
        List(surroundings),
        Add(surroundings),
        Remove(surroundings),
    };

    private static Command List(Surroundings surroundings) => Connected.Of(
        surroundings,
        new Command(
            "list",
            """
            List the tokens that administrators made, with their last use. The token itself is known to its owner only.

            Example:
              shype token list --server https://verifier:8443 --ca cert.pem --token-file admin.token
            """),
        async (api, report, _, cancellationToken) => Write(report, await api.GetAsync(Route, ProtocolJson.Default.TokenList, cancellationToken)));

    private static Command Add(Surroundings surroundings)
    {
        var name = new Argument<string>("NAME") { Description = "Whose it is; the audit names him so" };
        var role = new Option<string>("--role") { Description = "viewer looks, operator changes, admin also makes tokens, relying-party asks for verdicts", HelpName = "ROLE", Required = true };
        role.AcceptOnlyFromAmong("viewer", "operator", "admin", "relying-party");
        var expires = new Option<string?>("--expires") { Description = "Until when, UTC, e.g. 2027-01-31 or 2027-01-31T12:00:00Z", HelpName = "TIME" };
        var add = new Command(
            "add",
            """
            Make a token: it is printed once, and the verifier keeps its digest only.

            Example:
              (umask 077; shype token add alice --role operator --expires 2027-06-30 > alice.token)
            """)
        { name, role, expires };
        return Connected.Of(surroundings, add, async (api, report, parsed, cancellationToken) =>
        {
            var request = new TokenRequest
            {
                Name = parsed.GetRequiredValue(name), Role = parsed.GetRequiredValue(role), Expires = TimeText.Read("--expires", parsed.GetValue(expires)),
            };
            var made = await api.PostAsync(Route, request, ProtocolJson.Default.TokenRequest, ProtocolJson.Default.TokenInfo, cancellationToken);
            if (report.Json)
            {
                report.WriteIndented(made, ProtocolJson.Default.TokenInfo);
                return;
            }

            report.Line(Report.Visible(made.Token ?? ""));
            report.Note($"token of {made.Name}, {made.Role}, {(made.Expires is { } end ? "until " + Page.Moment(end) : "until it is removed")}; it is shown this once");
        });
    }

    private static Command Remove(Surroundings surroundings)
    {
        var name = new Argument<string>("NAME") { Description = "Whose it is" };
        var remove = new Command(
            "remove",
            """
            Take a token away: its next use is refused.

            Example:
              shype token remove alice --server https://verifier:8443 --ca cert.pem --token-file admin.token
            """)
        { name };
        return Connected.Of(surroundings, remove, async (api, report, parsed, cancellationToken) => Write(
            report, await api.DeleteAsync(VerifierApi.Path(Route, parsed.GetRequiredValue(name)), ProtocolJson.Default.TokenList, cancellationToken)));
    }

    private static void Write(Report report, TokenList list)
    {
        if (report.Json)
        {
            report.WriteIndented(list, ProtocolJson.Default.TokenList);
            return;
        }

        new Page(report).Table(0, ["name", "role", "until", "last used", "made", "by"], list.Tokens.Select(IReadOnlyList<(string, Style?)> (one) =>
        [
            (one.Name, Styles.Strong),
            (one.Role, null),
            (one.Expires is { } end ? Page.Moment(end) : "removed", null),
            (one.LastUsed is { } used ? Page.Moment(used) : "never", null),
            (Page.Moment(one.Made), null),
            (one.By, null),
        ]));
    }

    private const string Route = "v1/tokens";
}
