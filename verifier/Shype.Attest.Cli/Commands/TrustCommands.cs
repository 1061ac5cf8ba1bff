using System.CommandLine;
using System.Text.Json;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype trust</c>: whose TPMs a verifier believes.</summary>
public static class TrustCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("trust", "List, add and remove the authorities whose TPMs a verifier believes.")
    {
        List(surroundings),
        Add(surroundings),
        Remove(surroundings),
    };

    private static Command List(Surroundings surroundings)
    {
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var list = new Command(
            "list",
            """
            List the authorities: shipped with the verifier, configured, and added by operators.

            Example:
              shype trust list --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """)
        { json };
        server.AddTo(list);
        list.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            using var api = server.Connect(parsed, surroundings);
            var trust = await api.GetAsync(Route, ProtocolJson.Default.TrustList, cancellationToken);
            if (report.Json)
            {
                report.Write(JsonSerializer.SerializeToElement(trust, ProtocolJson.Default.TrustList), CliJson.Default.JsonElement);
            }
            else
            {
                new TrustText(report).Write(trust);
            }

            return (int)ExitCode.Yes;
        });
        return list;
    }

    private static Command Add(Surroundings surroundings)
    {
        var what = new Argument<string>("FILE|ID") { Description = "A certificate of an authority (DER or PEM), or the id of a shipped one that is off" };
        var anchor = new Option<bool>("--anchor") { Description = "Trust it by itself, though another authority issued it; otherwise such a one only fills gaps" };
        var cloud = new Option<bool>("--virtual") { Description = "Its TPMs are a cloud's software: every verdict shall warn about it" };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var add = new Command(
            "add",
            """
            Believe an authority from now on: a file, or one that is shipped and off. Compare its fingerprint with its vendor's before you do. A root, which
            signed itself, becomes an anchor; what another authority issued only fills gaps between TPMs and anchors, unless --anchor says otherwise.

            Examples:
              shype trust add vendor-root.pem --server https://verifier:8443 --ca cert.pem --token-file operator.token
              shype trust add google-2018-root
            """)
        { what, anchor, cloud, json };
        server.AddTo(add);
        add.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var named = parsed.GetRequiredValue(what);
            if (!File.Exists(named) && named != InputFile.StandardInput)
            {
                if (parsed.GetValue(anchor) || parsed.GetValue(cloud))
                {
                    throw CommandException.Unusable($"{named}: there is no such file; --anchor and --virtual are for certificates in files");
                }

                using var api = server.Connect(parsed, surroundings);
                return Show(report, await api.PostAsync(VerifierApi.Path(Route, named, "on"), null, ProtocolJson.Default.TrustChanged, cancellationToken));
            }

            var certificates = await CertificateInput.ReadAsync(surroundings, named, cancellationToken);
            if (certificates.Count != 1)
            {
                throw CommandException.Unusable($"{named}: there are {certificates.Count} certificates in it; add each by itself, so that each is looked at");
            }

            var addition = new TrustAddition { Certificate = certificates[0], Anchor = parsed.GetValue(anchor), Virtual = parsed.GetValue(cloud) };
            using var verifier = server.Connect(parsed, surroundings);
            return Show(report, await verifier.PostAsync(Route, addition, ProtocolJson.Default.TrustAddition, ProtocolJson.Default.TrustChanged, cancellationToken));
        });
        return add;
    }

    private static Command Remove(Surroundings surroundings)
    {
        var id = new Argument<string>("ID") { Description = "Its id or fingerprint, as \"shype trust list\" shows it" };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var remove = new Command(
            "remove",
            """
            Believe an authority no more: one that was added is forgotten, a shipped one is switched off. Hosts that enrolled by it stay enrolled, and their
            next verdict says that nobody vouches for their TPM.

            Example:
              shype trust remove intel-root --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """)
        { id, json };
        server.AddTo(remove);
        remove.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            using var api = server.Connect(parsed, surroundings);
            return Show(report, await api.DeleteAsync(VerifierApi.Path(Route, parsed.GetRequiredValue(id)), ProtocolJson.Default.TrustChanged, cancellationToken));
        });
        return remove;
    }

    private static int Show(Report report, TrustChanged changed)
    {
        if (report.Json)
        {
            report.Write(JsonSerializer.SerializeToElement(changed, ProtocolJson.Default.TrustChanged), CliJson.Default.JsonElement);
        }
        else
        {
            new TrustText(report).Write(changed);
        }

        return (int)ExitCode.Yes;
    }

    private const string Route = "v1/trust";
}
