using System.CommandLine;
using System.Net.Security;

namespace Shype.Attest.Cli.Api;

/// <summary>Where the verifier is, how to know it, and who asks: options of every command that talks to it.</summary>
public sealed class ServerOptions
{
    private readonly Option<string?> _server = new("--server")
    {
        Description = "The verifier's address, https://HOST:PORT (or SHYPE_SERVER)", HelpName = "URL",
    };

    private readonly Option<string?> _ca = new("--ca")
    {
        Description = "The certificate, PEM, that the verifier's TLS must chain to; nothing else is trusted (or SHYPE_CA)", HelpName = "FILE",
    };

    private readonly Option<string?> _token = new("--token-file")
    {
        Description = "The file with the access token; never on the command line, and readable by nobody else (or SHYPE_TOKEN_FILE)", HelpName = "FILE",
    };

    private readonly Option<string?> _clientCertificate = new("--client-cert")
    {
        Description = "A client certificate, PEM, with those between it and its root, instead of a token (or SHYPE_CLIENT_CERT)", HelpName = "FILE",
    };

    private readonly Option<string?> _clientKey = new("--client-key")
    {
        Description = "Its private key, PEM; readable by nobody else (or SHYPE_CLIENT_KEY)", HelpName = "FILE",
    };

    private readonly Option<int> _timeout = new("--timeout")
    {
        Description = "Seconds to wait for an answer", HelpName = "SECONDS", DefaultValueFactory = _ => 60,
    };

    /// <summary>Adds the options to a command.</summary>
    public ServerOptions AddTo(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        command.Options.Add(_server);
        command.Options.Add(_ca);
        command.Options.Add(_token);
        command.Options.Add(_clientCertificate);
        command.Options.Add(_clientKey);
        command.Options.Add(_timeout);
        return this;
    }

    /// <summary>Whether a verifier was named, by option or environment.</summary>
    public bool AreGiven(ParseResult parsed, Surroundings surroundings) => Value(parsed, surroundings, _server, "SHYPE_SERVER") is not null;

    /// <summary>A client of the verifier that was named.</summary>
    /// <exception cref="CommandException">An option is missing or cannot be used.</exception>
    public VerifierApi Connect(ParseResult parsed, Surroundings surroundings, bool needsToken = true)
    {
        var address = Address(parsed, surroundings);
        if (needsToken)
        {
            // Options that are missing are told before files are read.
            RequireCredentials(parsed, surroundings);
        }

        var anchor = Anchor(parsed, surroundings);
        var credentials = needsToken ? Credentials(parsed, surroundings) : null;
        return new VerifierApi(address, anchor, credentials?.Token, Timeout(parsed), credentials?.Certificate);
    }

    /// <summary>A client without a token for another address, such as that of a key set.</summary>
    /// <exception cref="CommandException">An option is missing or cannot be used.</exception>
    public VerifierApi ConnectTo(Uri address, ParseResult parsed, Surroundings surroundings)
    {
        ArgumentNullException.ThrowIfNull(address);
        return new VerifierApi(ServerAddress(address.GetLeftPart(UriPartial.Authority)), Anchor(parsed, surroundings), null, Timeout(parsed));
    }

    /// <summary>Where the verifier is.</summary>
    /// <exception cref="CommandException">It was not named, or not by an address.</exception>
    internal Uri Address(ParseResult parsed, Surroundings surroundings) => ServerAddress(
        Value(parsed, surroundings, _server, "SHYPE_SERVER")
            ?? throw CommandException.Unusable("no verifier was named: give --server https://HOST:PORT, or set SHYPE_SERVER"));

    /// <summary>Who asks.</summary>
    /// <exception cref="CommandException">Neither token nor certificate was given, or a file cannot be used.</exception>
    internal ClientCredentials Credentials(ParseResult parsed, Surroundings surroundings)
    {
        RequireCredentials(parsed, surroundings);
        var token = Value(parsed, surroundings, _token, "SHYPE_TOKEN_FILE");
        return new ClientCredentials(token is null ? null : TokenFile.Read(token), Certificate(parsed, surroundings));
    }

    private void RequireCredentials(ParseResult parsed, Surroundings surroundings)
    {
        if (Value(parsed, surroundings, _token, "SHYPE_TOKEN_FILE") is null && Value(parsed, surroundings, _clientCertificate, "SHYPE_CLIENT_CERT") is null)
        {
            throw CommandException.Unusable("no access token was given: give --token-file FILE, or set SHYPE_TOKEN_FILE (the verifier keeps them in its state folder), or --client-cert and --client-key");
        }
    }

    /// <summary>Whom to believe to be the verifier.</summary>
    /// <exception cref="CommandException">No certificate was given, or it cannot be read.</exception>
    internal TrustAnchor Anchor(ParseResult parsed, Surroundings surroundings) => TrustAnchor.Read(
        Value(parsed, surroundings, _ca, "SHYPE_CA")
            ?? throw CommandException.Unusable("no certificate was given to know the verifier by: give --ca FILE, or set SHYPE_CA (the verifier keeps it in its state folder, tls/cert.pem)"));

    private SslStreamCertificateContext? Certificate(ParseResult parsed, Surroundings surroundings) =>
        (Value(parsed, surroundings, _clientCertificate, "SHYPE_CLIENT_CERT"), Value(parsed, surroundings, _clientKey, "SHYPE_CLIENT_KEY")) switch
        {
            ({ } certificate, { } key) => ClientCertificateFile.Read(certificate, key),
            (null, null) => null,
            _ => throw CommandException.Unusable("a client certificate and its key are given together: --client-cert FILE --client-key FILE"),
        };

    private TimeSpan Timeout(ParseResult parsed) => parsed.GetValue(_timeout) is > 0 and <= 3600 and var seconds
        ? TimeSpan.FromSeconds(seconds)
        : throw CommandException.Unusable("--timeout: 1 to 3600 seconds are possible");

    private static string? Value(ParseResult parsed, Surroundings surroundings, Option<string?> option, string variable) =>
        parsed.GetValue(option) is { Length: > 0 } given ? given : surroundings.Environment(variable) is { Length: > 0 } set ? set : null;

    private static Uri ServerAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "https", UserInfo: "", AbsolutePath: "/", Query: "", Fragment: "" }
            ? address
            : throw CommandException.Unusable($"--server: '{text}' is not an address of the form https://HOST:PORT");
}

/// <summary>Who asks a verifier.</summary>
/// <param name="Token">The access token; null where a certificate says it.</param>
/// <param name="Certificate">A client certificate with its key; null where there is none.</param>
internal sealed record ClientCredentials(string? Token, SslStreamCertificateContext? Certificate)
{
    /// <summary>Without the token.</summary>
    public override string ToString() => Certificate is null ? "one access token, readable by nobody else" : "a client certificate with its key";
}
