using System.CommandLine;
using System.Text.Json;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype host</c>: the hosts that a verifier knows.</summary>
public static class HostCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("host", "List, show, invite, approve, revoke, replace and attest the hosts of a verifier.")
    {
        List(surroundings),
        Show(surroundings),
        Approve(surroundings),
        Revoke(surroundings),
        Replace(surroundings),
        AdmissionCommands.Invite(surroundings),
        AdmissionCommands.Expect(surroundings),
        AdmissionCommands.List(surroundings),
        AdmissionCommands.Withdraw(surroundings),
        AttestCommand.ForHost(surroundings),
        BundleCommand.ForHost(surroundings),
        Group(surroundings),
        WatchCommands.Watch(surroundings),
        WatchCommands.History(surroundings),
    };

    private static Command List(Surroundings surroundings)
    {
        var state = new Option<string?>("--state") { Description = "Only hosts in this state", HelpName = "STATE" };
        state.AcceptOnlyFromAmong("pending", "enrolled", "trusted", "degraded", "failed", "unreachable", "revoked", Refused);
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var list = new Command(
            "list",
            """
            List the hosts, with their state and last verdict. A verdict of the past is no answer to "now": for that, attest.
            "--state enrolled" are all that may speak, "--state refused" the TPMs that proved themselves and were refused all the same.

            Examples:
              shype host list --state failed --server https://verifier:8443 --ca cert.pem --token-file operator.token
              shype host list --state refused
            """)
        { state, json };
        server.AddTo(list);
        list.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            using var api = server.Connect(parsed, surroundings);
            if (parsed.GetValue(state) == Refused)
            {
                new RefusedText(report).Write(await api.GetAsync("v1/admissions/refused", ProtocolJson.Default.RefusedHostList, cancellationToken));
                return (int)ExitCode.Yes;
            }

            var hosts = await AllAsync(api, parsed.GetValue(state), cancellationToken);
            if (report.Json)
            {
                report.Line(Indented(JsonSerializer.SerializeToElement(new HostList { Hosts = hosts }, ProtocolJson.Default.HostList)));
            }
            else
            {
                new HostText(report).Write(hosts);
            }

            return (int)ExitCode.Yes;
        });
        return list;
    }

    private static Command Show(Surroundings surroundings) => OfOneHost(
        surroundings,
        "show",
        """
        Show what the verifier keeps about one host: its keys, its state, its last verdict and the VMs in it.

        Example:
          shype host show hv1 --server https://verifier:8443 --ca cert.pem --token-file operator.token
        """,
        (api, name, cancellationToken) => api.GetAsync(VerifierApi.Path("v1/hosts", name), ProtocolJson.Default.HostDetail, cancellationToken));

    private static Command Approve(Surroundings surroundings)
    {
        var fingerprint = new Option<string?>("--ek-fingerprint") { Description = "SHA-256 of the endorsement key (TPM2B_PUBLIC); it must be the host's", HelpName = "SHA256" };
        return OfOneHost(
            surroundings,
            "approve",
            """
            Let a host that enrolled take part. Compare its endorsement key with the machine's before you do (shype host show NAME).

            Where nobody certified that key, its fingerprint is needed. On the machine: tpm2_createek -c - -G rsa -u ek.pub; sha256sum ek.pub

            Examples:
              shype host approve hv1 --server https://verifier:8443 --ca cert.pem --token-file operator.token
              shype host approve hv1 --ek-fingerprint 0c6fc1d1...
            """,
            (api, name, parsed, cancellationToken) =>
            {
                var path = VerifierApi.Path("v1/hosts", name, "approve");
                return parsed.GetValue(fingerprint) is { } ek
                    ? api.PostAsync(path, new ApproveRequest { EkFingerprint = ek }, ProtocolJson.Default.ApproveRequest, ProtocolJson.Default.HostDetail, cancellationToken)
                    : api.PostAsync(path, null, ProtocolJson.Default.HostDetail, cancellationToken);
            },
            fingerprint);
    }

    private static Command Revoke(Surroundings surroundings)
    {
        var reason = new Option<string>("--reason") { Description = "Why; it is kept and shown", HelpName = "TEXT", Required = true };
        return OfOneHost(
            surroundings,
            "revoke",
            """
            Refuse a host from now on, whatever it shows, until it is approved again.

            Example:
              shype host revoke hv1 --reason "stolen" --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """,
            (api, name, parsed, cancellationToken) =>
            {
                var request = new RevokeRequest { Reason = parsed.GetRequiredValue(reason) };
                return api.PostAsync(VerifierApi.Path("v1/hosts", name, "revoke"), request, ProtocolJson.Default.RevokeRequest, ProtocolJson.Default.HostDetail, cancellationToken);
            },
            reason);
    }

    private static Command Replace(Surroundings surroundings)
    {
        var fingerprint = new Option<string>("--ek-fingerprint")
        {
            Description = "SHA-256 of the new machine's endorsement key (TPM2B_PUBLIC), as read there", HelpName = "SHA256", Required = true,
        };
        return OfOneHost(
            surroundings,
            "replace",
            """
            Give a host's name and group to another TPM: new mainboard, new machine. The old host is revoked and keeps its history under another name;
            the new one is let in, under this name only, when it enrols.

            On the new machine: tpm2_createek -c - -G ecc -u ek.pub; sha256sum ek.pub

            Example:
              shype host replace hv1 --ek-fingerprint 0c6fc1d1... --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """,
            (api, name, parsed, cancellationToken) =>
            {
                var request = new ReplaceRequest { EkFingerprint = parsed.GetRequiredValue(fingerprint) };
                return api.PostAsync(VerifierApi.Path("v1/hosts", name, "replace"), request, ProtocolJson.Default.ReplaceRequest, ProtocolJson.Default.HostDetail, cancellationToken);
            },
            fingerprint);
    }

    private static Command Group(Surroundings surroundings)
    {
        var group = new Argument<string>("GROUP") { Description = "The group; \"default\" is that of every host that nobody moved" };
        var command = OfOneHost(
            surroundings,
            "group",
            """
            Put a host into a group: from its next evidence on the appraisal policy of that group is for it. The group must have one.

            Example:
              shype host group hv1 edge --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """,
            (api, name, parsed, cancellationToken) =>
            {
                var request = new GroupRequest { Group = parsed.GetRequiredValue(group) };
                return api.PostAsync(VerifierApi.Path("v1/hosts", name, "group"), request, ProtocolJson.Default.GroupRequest, ProtocolJson.Default.HostDetail, cancellationToken);
            });
        command.Arguments.Add(group);
        return command;
    }

    private static Command OfOneHost(
        Surroundings surroundings, string verb, string help, Func<VerifierApi, string, CancellationToken, Task<HostDetail>> ask) =>
        OfOneHost(surroundings, verb, help, (api, name, _, cancellationToken) => ask(api, name, cancellationToken));

    private static Command OfOneHost(
        Surroundings surroundings,
        string verb,
        string help,
        Func<VerifierApi, string, ParseResult, CancellationToken, Task<HostDetail>> ask,
        params ReadOnlySpan<Option> options)
    {
        var name = new Argument<string>("NAME") { Description = "The host's name or id" };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var command = new Command(verb, help) { name };
        foreach (var option in options)
        {
            command.Options.Add(option);
        }

        command.Options.Add(json);
        server.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            using var api = server.Connect(parsed, surroundings);
            var host = await ask(api, parsed.GetRequiredValue(name), parsed, cancellationToken);
            if (report.Json)
            {
                report.Line(Indented(JsonSerializer.SerializeToElement(host, ProtocolJson.Default.HostDetail)));
            }
            else
            {
                new HostText(report).Write(host);
            }

            return (int)ExitCode.Yes;
        });
        return command;
    }

    internal static async Task<IReadOnlyList<HostSummary>> AllAsync(VerifierApi api, string? state, CancellationToken cancellationToken)
    {
        var hosts = new List<HostSummary>();
        string? after = null;
        do
        {
            string?[] query = [state is null ? null : "state=" + state, after is null ? null : "after=" + Uri.EscapeDataString(after)];
            var path = "v1/hosts?" + string.Join('&', query.Where(part => part is not null));
            var page = await api.GetAsync(path.TrimEnd('?'), ProtocolJson.Default.HostList, cancellationToken);
            hosts.AddRange(page.Hosts);
            // A verifier that sends one page again and again must not keep us for ever.
            after = page.Next != after && page.Hosts.Count > 0 ? page.Next : null;
        }
        while (after is not null);

        return hosts;
    }

    private const string Refused = "refused";

    private static string Indented(JsonElement message) => JsonSerializer.Serialize(message, CliJson.Default.JsonElement);
}
