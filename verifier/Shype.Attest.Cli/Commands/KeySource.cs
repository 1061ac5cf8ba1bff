using System.CommandLine;
using Shype.Attest.Cli.Api;
using Shype.Attest.Cli.Files;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Commands;

/// <summary>Keys to check a token with, and where they came from.</summary>
/// <param name="Keys">The keys.</param>
/// <param name="Origin">The file or address.</param>
internal sealed record KeySource(JsonWebKeySet Keys, string Origin)
{
    public const string WellKnownPath = ".well-known/jwks.json";
    public const string AuditPath = ".well-known/audit-jwks.json";

    public static Option<string?> CreateOption() => new("--jwks")
    {
        Description = "The verifier's keys: a file, or an https address (which needs --ca)", HelpName = "FILE|URL",
    };

    /// <summary>The keys of results that were named; those of the server, where one was; null where neither was.</summary>
    public static Task<KeySource?> FindAsync(
        string? named, ServerOptions server, ParseResult parsed, Surroundings surroundings, CancellationToken cancellationToken) =>
        FindAsync(named, server, parsed, surroundings, WellKnownPath, cancellationToken);

    /// <summary>The keys that were named; those of the server, where one was; null where neither was.</summary>
    public static async Task<KeySource?> FindAsync(
        string? named, ServerOptions server, ParseResult parsed, Surroundings surroundings, string path, CancellationToken cancellationToken)
    {
        if (named is null)
        {
            return server.AreGiven(parsed, surroundings) ? await OfServerAsync(server, parsed, surroundings, path, cancellationToken) : null;
        }

        if (Uri.TryCreate(named, UriKind.Absolute, out var address) && !address.IsFile)
        {
            using var api = server.ConnectTo(address, parsed, surroundings);
            return new KeySource(await api.GetKeysAsync(address.PathAndQuery.TrimStart('/'), cancellationToken), named);
        }

        var bytes = await InputFile.ReadAsync(surroundings, named, ProtocolLimits.MaxJsonBytes, cancellationToken);
        return JsonWebKeySet.TryRead(bytes, out var keys, out var problem)
            ? new KeySource(keys, named)
            : throw CommandException.Unusable($"--jwks: {named} is not a JSON Web Key Set: {problem}");
    }

    private static async Task<KeySource> OfServerAsync(ServerOptions server, ParseResult parsed, Surroundings surroundings, string path, CancellationToken cancellationToken)
    {
        using var api = server.Connect(parsed, surroundings, needsToken: false);
        return new KeySource(await api.GetKeysAsync(path, cancellationToken), api.Address.ToString());
    }
}
