using System.CommandLine;
using System.Text;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Veraison;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype session</c>: the challenge-response interface by hand, for evidence that no agent of ours made.</summary>
internal static class SessionCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("session", "Have evidence appraised that you bring yourself, such as a quote of tpm2-tools (docs/rats-api.md).")
    {
        Open(surroundings),
        Submit(surroundings),
        Show(surroundings),
        Close(surroundings),
    };

    private static Command Open(Surroundings surroundings)
    {
        var nonce = NonceOption.Create("Your nonce, 8 to 64 bytes; one of the verifier's where it is not given");
        var open = new Command(
            "open",
            """
            Open a session: prints its id and the nonce that a quote must be over. It lives for some minutes, and its nonce is answered once.

            Example:
              shype session open
              tpm2_quote -c 0x81010002 -l sha256:0,1,2,3,4,5,6,7,8,9 -q NONCE -m quote.msg -s quote.sig -o quote.pcrs
              shype session submit ID .
            """)
        { nonce };
        return Connected.Of(surroundings, open, async (api, report, parsed, cancellationToken) =>
        {
            var query = NonceOption.Parse(parsed.GetValue(nonce)) is { } given ? "nonce=" + Base64UrlText.Encode(given) : "nonceSize=32";
            var answer = await api.SendAsync(HttpMethod.Post, $"{Route}/newSession?{query}", null, null, cancellationToken);
            new SessionText(report).Write(IdOf(answer, api), Read(answer, api));
        });
    }

    private static Command Submit(Surroundings surroundings)
    {
        var id = IdArgument();
        var evidence = new Argument<string>("FILE|FOLDER") { Description = "A folder with quote.msg, quote.sig, quote.pcrs and ak.pub; or evidence that is packed already (CMW)" };
        var type = new Option<string?>("--type") { Description = "The media type of packed evidence; without it application/cmw+json or +cbor, by its first byte", HelpName = "TYPE" };
        var eventLog = new Option<string?>("--event-log") { Description = "The firmware's event log, beside a folder", HelpName = "FILE" };
        var imaLog = new Option<string?>("--ima-log") { Description = "The kernel's list of files (IMA), beside a folder", HelpName = "FILE" };
        var (json, server) = (JsonOption.Create(), new ServerOptions());
        var submit = new Command(
            "submit",
            """
            Answer a session's nonce with evidence, and show the verdict. The verdict is checked: signature, expiry, nonce.

            Exit code 0: affirming, and nothing else. 1: another verdict, which is all that stock tools can get, since they show no agent's log.

            Examples:
              shype session submit 6d1c6bd8-5a0f-4f0e-9b1e-2f1c6c1d0001 quote-folder --event-log /sys/kernel/security/tpm0/binary_bios_measurements
              shype session submit 6d1c6bd8-5a0f-4f0e-9b1e-2f1c6c1d0001 evidence.cbor --type application/vnd.shype.evidence+cbor
            """)
        { id, evidence, type, eventLog, imaLog, json };
        server.AddTo(submit);
        submit.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var path = parsed.GetRequiredValue(evidence);
            var (media, body) = Directory.Exists(path)
                ? (MediaTypes.ToolEvidence, await ToolFolder.PackAsync(surroundings, path, parsed.GetValue(eventLog), parsed.GetValue(imaLog), cancellationToken))
                : await PackedAsync(surroundings, path, parsed.GetValue(type), cancellationToken);
            using var api = server.Connect(parsed, surroundings);
            var session = Read(await api.SendAsync(HttpMethod.Post, Path(parsed.GetRequiredValue(id)), media, body, null, cancellationToken), api);
            var keys = new KeySource(await api.GetKeysAsync(KeySource.WellKnownPath, cancellationToken), api.Address.ToString());
            return session.Result is { } token
                ? Verdict.Check(report, Encoding.UTF8.GetBytes(token), keys, new TokenExpectation { Now = surroundings.Clock.GetUtcNow(), Nonce = session.Nonce })
                : throw CommandException.NotAsked($"the session is {SessionText.Word(session.Status)} and has no result; shype session show says more");
        });
        return submit;
    }

    private static Command Show(Surroundings surroundings)
    {
        var id = IdArgument();
        var show = new Command(
            "show",
            """
            Show where a session stands; its result with "shype verdict explain", from --json's "result".

            Example:
              shype session show 6d1c6bd8-5a0f-4f0e-9b1e-2f1c6c1d0001
            """)
        { id };
        return Connected.Of(surroundings, show, async (api, report, parsed, cancellationToken) =>
        {
            var named = parsed.GetRequiredValue(id);
            new SessionText(report).Write(named, Read(await api.SendAsync(HttpMethod.Get, Path(named), null, null, cancellationToken), api));
        });
    }

    private static Command Close(Surroundings surroundings)
    {
        var id = IdArgument();
        var close = new Command(
            "close",
            """
            End a session before its time. As the interface has it, nobody is told whether there was one.

            Example:
              shype session close 6d1c6bd8-5a0f-4f0e-9b1e-2f1c6c1d0001
            """)
        { id };
        return Connected.Of(surroundings, close, async (api, report, parsed, cancellationToken) =>
        {
            var named = parsed.GetRequiredValue(id);
            await api.SendAsync(HttpMethod.Delete, Path(named), null, null, cancellationToken);
            if (report.Json)
            {
                report.Write(new SessionClosed(named), CliJson.Default.SessionClosed);
            }
            else
            {
                report.Line("closed");
            }
        });
    }

    private static async Task<(string MediaType, byte[] Body)> PackedAsync(Surroundings surroundings, string path, string? type, CancellationToken cancellationToken)
    {
        var body = await InputFile.ReadAsync(surroundings, path, ProtocolLimits.MaxEvidenceBytes, cancellationToken);
        // In JSON a CMW is an array or an object; in CBOR no item begins with these characters that could be one.
        var isJson = body.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..];
        return (type ?? (isJson ? MediaTypes.CmwJson : MediaTypes.CmwCbor), body);
    }

    private static Argument<string> IdArgument() => new("ID") { Description = "The session's id" };

    private static string Path(string id) => VerifierApi.Path(Route + "/session", id);

    // Relative, as Veraison's is: "session/ID".
    private static string IdOf(ApiAnswer answer, VerifierApi api) => answer.Location is { } location && location.LastIndexOf('/') is var slash && Guid.TryParse(location.AsSpan(slash + 1), out _)
        ? location[(slash + 1)..]
        : throw CommandException.NotAsked($"{api.Address} opened a session and did not say which: is it a shype-verifier?");

    private static ChallengeResponseSession Read(ApiAnswer answer, VerifierApi api) => api.Read(answer, VeraisonJson.Default.ChallengeResponseSession);

    private const string Route = "challenge-response/v1";
}
