using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Signing;

/// <summary>A PKCS#11 token as a URI (RFC 7512): <c>pkcs11:token=LABEL?module-path=FILE&amp;pin-source=FILE</c>.</summary>
/// <param name="Token">The token's label.</param>
/// <param name="Serial">Its serial number; null where the label is enough.</param>
/// <param name="Module">The library that reaches it.</param>
/// <param name="PinFile">The file with the user's PIN, readable by nobody else.</param>
internal sealed record Pkcs11Uri(string Token, string? Serial, string Module, string PinFile)
{
    /// <summary>Reads a URI; a <see cref="SetupException"/> says what is wrong with it.</summary>
    public static Pkcs11Uri Read(string text)
    {
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            throw Wrong($"neither '{DatabaseVault.Name}' nor {Form}");
        }

        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text[Scheme.Length..].Split(';', '?', '&'))
        {
            if (part.Split('=', 2) is not [var name, var value] || !parts.TryAdd(name, Uri.UnescapeDataString(value)))
            {
                throw Wrong($"every part is NAME=VALUE, once: {Form}");
            }
        }

        // RFC 7512 2.4 names pin-value as well: it would stand in process lists and configuration.
        return parts.Keys.FirstOrDefault(name => !Known.Contains(name)) is { } other ? throw Wrong($"'{other}' is not taken here (a PIN stands in a file): {Form}")
            : new Pkcs11Uri(Part("token"), parts.GetValueOrDefault("serial"), Part("module-path"), FileOf(Part("pin-source")));

        string Part(string name) => parts.GetValueOrDefault(name) is { Length: > 0 } value ? value : throw Wrong($"'{name}' is missing: {Form}");
    }

    private static string FileOf(string source) => source.StartsWith("file:", StringComparison.Ordinal) ? source["file:".Length..] : source;

    private static SetupException Wrong(string detail) => new($"{VerifierOptions.Section}:{nameof(VerifierOptions.SigningKeys)}: {detail}");

    private const string Scheme = "pkcs11:";
    private const string Form = "pkcs11:token=LABEL?module-path=FILE&pin-source=FILE";
    private static readonly string[] Known = ["token", "serial", "module-path", "pin-source"];
}
