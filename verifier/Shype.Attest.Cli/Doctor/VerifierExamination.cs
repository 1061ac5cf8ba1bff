using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Commands;
using Shype.Attest.Protocol.Checks;

namespace Shype.Attest.Cli.Doctor;

/// <summary>Looks at a verifier from where its clients are: one thing after the other, and on past what is wrong as far as that goes.</summary>
internal sealed class VerifierExamination(ServerOptions server, ParseResult parsed, Surroundings surroundings)
{
    private readonly List<Check> _checks = [];

    /// <summary>What was found.</summary>
    public async Task<CheckReport> RunAsync(CancellationToken cancellationToken)
    {
        var address = Try("address", "Give --server https://HOST:PORT, or set SHYPE_SERVER.", () => server.Address(parsed, surroundings), uri => uri.ToString());
        var anchor = Try("ca", "Copy the verifier's certificate (tls/cert.pem in its state folder); give --ca FILE, or set SHYPE_CA.", () => server.Anchor(parsed, surroundings), found => found.File);
        var credentials = Try("credentials", "Give --token-file FILE, or set SHYPE_TOKEN_FILE; the file must be yours alone.", () => server.Credentials(parsed, surroundings), found => found.ToString());
        if (address is not null && anchor is not null && await IsThereAsync(address, anchor, cancellationToken))
        {
            using var api = new VerifierApi(address, anchor, credentials?.Token, Patience, credentials?.Certificate);
            await AskAsync(api, credentials is not null, cancellationToken);
        }

        return CheckReport.Of(_checks);
    }

    private async Task<bool> IsThereAsync(Uri address, TrustAnchor anchor, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var tls = await TlsLook.AtAsync(address, anchor, surroundings.Clock.GetUtcNow(), patience.Token);
            _checks.Add(tls);
            return tls.State != CheckState.Wrong;
        }
        catch (SocketException refused)
        {
            _checks.Add(Check.Wrong("connection", $"{address} cannot be reached: {refused.Message}", "Does shype-verifier run there (systemctl status shype-verifier)? Is a firewall in between?"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            _checks.Add(Check.Wrong("connection", $"{address} did not answer within {Patience.TotalSeconds:0} s", "Is a firewall in between? Is it the right port?"));
        }

        return false;
    }

    private async Task AskAsync(VerifierApi api, bool hasCredentials, CancellationToken cancellationToken)
    {
        await TryAsync("ready", () => ReadyAsync(api, cancellationToken));
        await TryAsync("live", async () =>
        {
            var live = await api.LookAsync("healthz", cancellationToken);
            return live.Status == HttpStatusCode.OK ? Check.Ok("live", "the verifier runs") : Check.Wrong("live", $"the verifier answered {(int)live.Status}", "Look at its log.");
        });
        await TryAsync("keys", () => KeysAsync(api, cancellationToken));
        if (hasCredentials)
        {
            var rights = new RightsExamination(api);
            await TryAsync("token", () => rights.TokenAsync(cancellationToken));
            if (rights.MayLook)
            {
                var fleet = new FleetExamination(api);
                await TryAsync("authorities", () => fleet.AuthoritiesAsync(cancellationToken));
                await TryAsync("references", () => fleet.ReferencesAsync(cancellationToken));
                await TryAsync("hosts", () => fleet.HostsAsync(cancellationToken));
            }
        }
    }

    private async Task<Check> ReadyAsync(VerifierApi api, CancellationToken cancellationToken)
    {
        var ready = await api.LookAsync("readyz", cancellationToken);
        if (ready.Date is { } there)
        {
            _checks.Add(ConnectionChecks.OfClocks(surroundings.Clock.GetUtcNow(), there));
        }

        return ready.Status == HttpStatusCode.OK
            ? Check.Ok("ready", "the verifier is ready to work")
            : Check.Wrong("ready", $"the verifier is not ready to work ({(int)ready.Status}){Reasons(ready.Json)}", "Its log says more (docs/operations.md).");
    }

    // Whoever may look at hosts is told what is not well: {"checks": {"store": {"ready": false, "reason": "..."}}}.
    private static string Reasons(byte[] json)
    {
        try
        {
            using var report = JsonDocument.Parse(json);
            return string.Concat(report.RootElement.GetProperty("checks").EnumerateObject()
                .Where(part => !part.Value.GetProperty("ready").GetBoolean()).Select(part => $"; {part.Name}: {part.Value.GetProperty("reason").GetString()}"));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "";
        }
    }

    private static async Task<Check> KeysAsync(VerifierApi api, CancellationToken cancellationToken)
    {
        var results = await api.GetKeysAsync(KeySource.WellKnownPath, cancellationToken);
        var audit = await api.GetKeysAsync(KeySource.AuditPath, cancellationToken);
        foreach (var path in (string[])[".well-known/cose-keys", ".well-known/veraison/verification"])
        {
            if ((await api.LookAsync(path, cancellationToken)).Status != HttpStatusCode.OK)
            {
                return Check.Warning("keys", $"there is no /{path}", "Is the verifier of this version? Readers of CWT and of Veraison's interface need it.");
            }
        }

        return Check.Ok("keys", $"{results.Keys.Count} of results and {audit.Keys.Count} of the audit are published");
    }

    private T? Try<T>(string name, string advice, Func<T> read, Func<T, string> text)
        where T : class
    {
        try
        {
            var found = read();
            _checks.Add(Check.Ok(name, text(found)));
            return found;
        }
        catch (CommandException refused)
        {
            _checks.Add(Check.Wrong(name, refused.Message, advice));
            return null;
        }
    }

    private async Task TryAsync(string name, Func<Task<Check>> look)
    {
        try
        {
            _checks.Add(await look());
        }
        catch (CommandException refused)
        {
            _checks.Add(Check.Wrong(name, refused.Message, "Look at the verifier's log."));
        }
    }

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
}
