using System.CommandLine;
using System.Text;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype verdict</c>: results that were given, explained or checked.</summary>
public static class VerdictCommands
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => new("verdict", "Explain or check a verdict, a signed result (EAR; JWT or CWT, in either profile).")
    {
        Explain(surroundings),
        Verify(surroundings),
    };

    private static Command Explain(Surroundings surroundings)
    {
        var file = new Argument<string?>("FILE") { Description = "The token; - is standard input (the default)", Arity = ArgumentArity.ZeroOrOne };
        var host = new Option<string?>("--host") { Description = "Explain the last verdict that the verifier gave about this host", HelpName = "NAME" };
        var (keys, json, server) = (KeySource.CreateOption(), JsonOption.Create(), new ServerOptions());
        var explain = new Command(
            "explain",
            """
            Say in words what a verdict says: for the host and each VM its status, what every claim means, every finding with what to do about it, and what
            was proven about isolation.

            The signature is checked with --jwks, or with the keys of the verifier that --server or SHYPE_SERVER names; where neither is given, the output
            says that nobody checked it. To decide by a token, use "shype verdict verify".
            Exit code 0: explained. 1: no token, or its signature is wrong.

            Examples:
              shype verdict explain verdict.jwt --jwks jwks.json
              shype verdict explain --host hv1 --server https://verifier:8443 --ca cert.pem --token-file operator.token
            """)
        { file, host, keys, json };
        server.AddTo(explain);
        explain.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            ReadOnlyMemory<byte> token;
            if (parsed.GetValue(host) is { } name)
            {
                using var api = server.Connect(parsed, surroundings);
                token = Encoding.UTF8.GetBytes(await api.GetTokenAsync(VerifierApi.Path("v1/hosts", name, "verdict"), cancellationToken));
            }
            else
            {
                token = await ReadTokenAsync(surroundings, parsed.GetValue(file) ?? InputFile.StandardInput, cancellationToken);
            }

            var source = await KeySource.FindAsync(parsed.GetValue(keys), server, parsed, surroundings, cancellationToken);
            return Verdict.Explain(report, token, source, surroundings.Clock.GetUtcNow());
        });
        return explain;
    }

    private static Command Verify(Surroundings surroundings)
    {
        var file = new Argument<string>("FILE") { Description = "The token; - is standard input" };
        var nonce = NonceOption.Create("The nonce that was sent; the token must answer it");
        var audience = new Option<string?>("--audience") { Description = "Who you are, where the token names whom it is for", HelpName = "NAME" };
        var (keys, json, server) = (KeySource.CreateOption(), JsonOption.Create(), new ServerOptions());
        var verify = new Command(
            "verify",
            """
            Check a verdict as a relying party must: ES256 by a key of the set, not expired, made for this nonce and this audience, consistent.

            Exit code 0: all of that holds and the verdict is affirming. 1: it does not hold, or the verdict is another one.

            Example:
              shype verdict verify verdict.jwt --jwks jwks.json --nonce 0011223344556677
            """)
        { file, keys, nonce, audience, json };
        server.AddTo(verify);
        verify.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            var sent = NonceOption.Parse(parsed.GetValue(nonce));
            var token = await ReadTokenAsync(surroundings, parsed.GetRequiredValue(file), cancellationToken);
            var source = await KeySource.FindAsync(parsed.GetValue(keys), server, parsed, surroundings, cancellationToken)
                ?? throw CommandException.Unusable("no keys were given to check the token with: give --jwks FILE or URL, or --server");
            if (sent is null)
            {
                report.Warn("--nonce was not given: whether this verdict answers your question, or is an old one, was not checked");
            }

            var expected = new TokenExpectation { Now = surroundings.Clock.GetUtcNow(), Nonce = sent, Audience = parsed.GetValue(audience) };
            return Verdict.Check(report, token, source, expected);
        });
        return verify;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadTokenAsync(Surroundings surroundings, string path, CancellationToken cancellationToken) =>
        await InputFile.ReadAsync(surroundings, path, ProtocolLimits.MaxTokenCharacters, cancellationToken);
}
