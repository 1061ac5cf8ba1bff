using System.CommandLine;
using System.Text;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary>Commands of <c>shype host</c> about hosts that are still to come.</summary>
internal static class AdmissionCommands
{
    public static Command Invite(Surroundings surroundings)
    {
        var group = GroupOption();
        var uses = new Option<int>("--uses") { Description = "How many hosts", HelpName = "N", DefaultValueFactory = _ => 1 };
        var expires = new Option<string?>("--expires") { Description = "Until when, UTC, e.g. 2027-01-31 or 2027-01-31T12:00:00Z; a week where nothing is said", HelpName = "TIME" };
        var invite = new Command(
            "invite",
            """
            Let hosts in ahead of time: prints a token, once, that they bring (agent.yaml: enrolment-token-file). The verifier keeps its digest only.
            Each host's TPM is checked all the same, and one whose key nobody certified still waits for its fingerprint.

            Example:
              (umask 077; shype host invite --group edge --uses 20 > edge.token)
            """)
        { group, uses, expires };
        return Connected.Of(surroundings, invite, async (api, report, parsed, cancellationToken) =>
        {
            var request = new InvitationRequest { Group = parsed.GetRequiredValue(group), Uses = parsed.GetValue(uses), Expires = TimeText.Read("--expires", parsed.GetValue(expires)) };
            var invitation = await api.PostAsync($"{Route}/invitations", request, ProtocolJson.Default.InvitationRequest, ProtocolJson.Default.Invitation, cancellationToken);
            if (report.Json)
            {
                report.WriteIndented(invitation, ProtocolJson.Default.Invitation);
                return;
            }

            report.Line(Report.Visible(invitation.Token ?? ""));
            report.Note($"invitation {invitation.Id}: {invitation.UsesLeft} hosts into group {invitation.Group} until {Page.Moment(invitation.Expires)}; the token is shown this once");
        });
    }

    public static Command Expect(Surroundings surroundings)
    {
        var group = GroupOption();
        var key = new Option<string[]>("--key") { Description = "SHA-256 of the endorsement key (TPM2B_PUBLIC) or of its certificate, or serial:HEX", HelpName = "KEY" };
        var file = new Option<string?>("--file") { Description = "A file with one of these a line; # begins a remark", HelpName = "FILE" };
        var expect = new Command(
            "expect",
            """
            Let TPMs in when they come, by what their maker or your own inventory says of them.

            Examples:
              shype host expect --group edge --file delivery-2027-03.txt
              shype host expect --group default --key 0c6fc1d1...
            """)
        { group, key, file };
        return Connected.Of(surroundings, expect, async (api, report, parsed, cancellationToken) =>
        {
            List<string> keys = [.. parsed.GetValue(key) ?? []];
            if (parsed.GetValue(file) is { } path)
            {
                var text = Encoding.UTF8.GetString(await InputFile.ReadAsync(surroundings, path, ProtocolLimits.MaxJsonBytes, cancellationToken));
                keys.AddRange(text.Split('\n').Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0));
            }

            if (keys.Count == 0)
            {
                throw CommandException.Unusable("no TPM was named: give --key or --file");
            }

            var request = new ExpectRequest { Keys = keys, Group = parsed.GetRequiredValue(group) };
            Write(report, await api.PostAsync($"{Route}/keys", request, ProtocolJson.Default.ExpectRequest, ProtocolJson.Default.AdmissionList, cancellationToken));
        });
    }

    public static Command List(Surroundings surroundings) => Connected.Of(
        surroundings,
        new Command(
            "admissions",
            """
            List the invitations that can still be used, and the TPMs that are expected.

            Example:
              shype host admissions --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """),
        async (api, report, _, cancellationToken) => Write(report, await api.GetAsync(Route, ProtocolJson.Default.AdmissionList, cancellationToken)));

    public static Command Withdraw(Surroundings surroundings)
    {
        var id = new Argument<string>("ID") { Description = "The invitation's id, or the TPM as it is listed" };
        var withdraw = new Command(
            "withdraw",
            """
            Take an invitation or an expected TPM back. Hosts that came in by it stay.

            Example:
              shype host withdraw 5f2f8f2e0001
            """)
        { id };
        return Connected.Of(surroundings, withdraw, async (api, report, parsed, cancellationToken) => Write(
            report, await api.DeleteAsync(VerifierApi.Path(Route, parsed.GetRequiredValue(id)), ProtocolJson.Default.AdmissionList, cancellationToken)));
    }

    private static void Write(Report report, AdmissionList list)
    {
        if (report.Json)
        {
            report.WriteIndented(list, ProtocolJson.Default.AdmissionList);
            return;
        }

        var page = new Page(report);
        page.Table(0, ["what", "group", "lets in", "until", "by"], [
            .. list.Invitations.Select(IReadOnlyList<(string, Spectre.Console.Style?)> (one) =>
                [("invitation " + one.Id, Styles.Strong), (one.Group, null), ($"{one.UsesLeft} hosts", null), (Page.Moment(one.Expires), null), (one.By, null)]),
            .. list.Keys.Select(IReadOnlyList<(string, Spectre.Console.Style?)> (one) =>
                [(one.Key, Styles.Strong), (one.Group, null), (one.HostName is { } name ? "one TPM, as " + name : "one TPM", null), ("withdrawn", null), (one.By, null)]),
        ]);
    }

    private static Option<string> GroupOption() => new("--group")
    {
        Description = "The group that the hosts come into; \"default\" is that of every host that nobody moved", HelpName = "GROUP", Required = true,
    };

    private const string Route = "v1/admissions";
}
