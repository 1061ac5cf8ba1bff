using System.Text.Json;
using System.Text.Json.Serialization;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Access;

/// <summary>Who a client certificate is, as a file says it: <c>{"clients":[{"name":..., "role":..., "spki"|"subject"|"san":...}]}</c>.</summary>
internal sealed class ClientCertificateMap
{
    private readonly Dictionary<string, ClientEntry> _entries;

    private ClientCertificateMap(Dictionary<string, ClientEntry> entries) => _entries = entries;

    /// <summary>Nobody.</summary>
    public static ClientCertificateMap Empty { get; } = new([]);

    /// <summary>Reads a file; <paramref name="problem"/> says what is wrong with it.</summary>
    public static bool TryRead(string file, bool hasAuthorities, out ClientCertificateMap map, out string problem)
    {
        (map, problem) = (Empty, "");
        try
        {
            var content = File.ReadAllBytes(file);
            var document = content.Length <= MaxBytes ? JsonSerializer.Deserialize(content, ClientMapJson.Default.ClientMapFile) : null;
            if (document is null)
            {
                problem = $"{file}: more than {MaxBytes} bytes, or nothing";
                return false;
            }

            Dictionary<string, ClientEntry> entries = new(StringComparer.Ordinal);
            foreach (var (entry, index) in document.Clients.Select((entry, index) => (entry, index)))
            {
                if (Check(entry, hasAuthorities, out var key) is { } wrong)
                {
                    problem = $"{file}: clients[{index}]: {wrong}";
                    return false;
                }

                if (!entries.TryAdd(key, entry))
                {
                    problem = $"{file}: clients[{index}]: somebody else is known by the same";
                    return false;
                }
            }

            map = new ClientCertificateMap(entries);
            return true;
        }
        catch (Exception refused) when (refused is JsonException or IOException or UnauthorizedAccessException)
        {
            problem = $"{file}: {refused.Message}";
            return false;
        }
    }

    /// <summary>Who it is by one of the identities of a certificate; the first that is in the map.</summary>
    public ClientEntry? Find(ClientIdentity identity) =>
        identity.Keys.Select(key => _entries.GetValueOrDefault(key)).FirstOrDefault(entry => entry is not null);

    private static string? Check(ClientEntry entry, bool hasAuthorities, out string key)
    {
        key = "";
        if (!Caller.IsName(entry.Name))
        {
            return $"name: 1 to {Caller.MaxNameCharacters} characters that are seen, none of / and #, and not the name of a part of the verifier";
        }

        if (!Roles.OfTokens.Contains(entry.Role))
        {
            return $"role: '{entry.Role}' is none of {string.Join(", ", Roles.OfTokens)}";
        }

        switch (entry)
        {
            case { Spki: { } spki, Subject: null, San: null }:
                key = ClientIdentity.OfSpki(spki.ToLowerInvariant());
                return spki.Length == 64 && spki.All(char.IsAsciiHexDigit) ? null : "spki: the SHA-256 of the public key in hexadecimal, 64 digits";
            case { Subject: { } subject, Spki: null, San: null }:
                return !hasAuthorities ? NoAuthorities : ClientIdentity.TrySubject(subject, out key) ? null : $"subject: '{subject}' is no distinguished name (RFC 4514)";
            case { San: { } san, Spki: null, Subject: null }:
                return !hasAuthorities ? NoAuthorities : ClientIdentity.TrySan(san, out key) ? null : "san: dns:NAME, uri:ADDRESS or email:ADDRESS";
            default:
                return "one of spki, subject and san";
        }
    }

    private const int MaxBytes = 1024 * 1024;
    private const string NoAuthorities = $"only spki can be used without {nameof(VerifierOptions.ClientAuthorities)}: anybody can put any name into a certificate";
}

/// <summary>One person or program.</summary>
internal sealed record ClientEntry
{
    /// <summary>Its name, for the audit.</summary>
    public required string Name { get; init; }

    /// <summary>What it may.</summary>
    public required string Role { get; init; }

    /// <summary>SHA-256 of the certificate's SubjectPublicKeyInfo.</summary>
    public string? Spki { get; init; }

    /// <summary>The certificate's subject (RFC 4514).</summary>
    public string? Subject { get; init; }

    /// <summary>One of its alternative names.</summary>
    public string? San { get; init; }
}

/// <summary>The file.</summary>
internal sealed record ClientMapFile
{
    /// <summary>Who is known.</summary>
    public required IReadOnlyList<ClientEntry> Clients { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ClientMapFile))]
internal sealed partial class ClientMapJson : JsonSerializerContext;
