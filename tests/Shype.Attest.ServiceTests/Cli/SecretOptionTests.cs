using System.CommandLine;
using System.Text.RegularExpressions;
using Shype.Attest.Verifier.Hosting;
using Xunit;

namespace Shype.Attest.ServiceTests.Cli;

/// <summary>No command takes a secret on its command line, where every user of the machine can read it (threat row R20).</summary>
public sealed partial class SecretOptionTests
{
    [Fact]
    public void R20_what_sounds_like_a_secret_is_a_file()
    {
        using var surroundings = new global::Shype.Attest.Cli.Surroundings
        {
            Input = Stream.Null, Output = TextWriter.Null, Errors = TextWriter.Null, Environment = _ => null, Clock = TimeProvider.System,
        };
        var symbols = All(global::Shype.Attest.Cli.CommandLine.Create(surroundings)).ToList();
        Assert.InRange(symbols.Count, 100, 10_000);
        var secret = symbols.Where(one => Secret().IsMatch(one.Name)).ToList();
        Assert.Contains(secret, one => one.Name == "--token-file");
        Assert.Contains(secret, one => one.Name == "--client-key");
        // A TPM's fingerprint, and the public key of who signs references.
        secret.RemoveAll(one => one is ("expect", "--key", _) or ("add", "KEY", _));
        Assert.All(secret, one => Assert.True(one.Place is "FILE" or "NONE", $"{one.Command} {one.Name} takes {one.Place}"));
    }

    [Fact]
    public void R20_the_verifiers_and_the_agents_options_name_no_secret_and_their_settings_name_files()
    {
        Assert.DoesNotMatch(@"--\S*(token|password|pin|secret)(?!\S*(file|dir))", CommandLine.Usage);
        var secrets = typeof(VerifierOptions).GetProperties().Select(property => property.Name).Where(name => Secret().IsMatch(name)).ToList();
        Assert.Equal(["DatabasePasswordFile", "KeyEncryptionKeyFile", "TlsKey"], secrets.Where(name => !name.EndsWith("Lifetime", StringComparison.Ordinal) && !name.EndsWith("Keys", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<(string Command, string Name, string Place)> All(Command command) =>
        command.Options.Select(option => (command.Name, option.Name, option.ValueType == typeof(bool) ? "NONE" : Path(option.HelpName)))
            .Concat(command.Arguments.Select(argument => (command.Name, argument.Name, Path(argument.Name))))
            .Concat(command.Subcommands.SelectMany(All));

    private static string Path(string? place) => place is not null && (place.Contains("FILE", StringComparison.Ordinal) || place.EndsWith(".pem", StringComparison.Ordinal)) ? "FILE" : place ?? "";

    // Public halves are no secrets.
    [GeneratedRegex("(?i)(token|password|passphrase|secret|credential|pin$|pin-|private|(?<!public-|ak-|ek-)key(?!s?-id))")]
    private static partial Regex Secret();
}
