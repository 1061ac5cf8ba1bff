using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Access;

/// <summary>
/// The keys of the identity provider: fetched when first needed, again every hour and where a token names an unknown one, but never often: strangers
/// cannot make the verifier ask. While the issuer is silent the last keys count for a day.
/// </summary>
internal sealed class IssuerKeys : IDisposable
{
    private readonly OidcOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<IssuerKeys> _log;
    private readonly HttpClient? _client;
    private readonly SemaphoreSlim _gate = new(1);
    private volatile Fetched? _fetched;
    private DateTimeOffset _tried = DateTimeOffset.MinValue;

    /// <summary>Keys by the settings; a file is read now, so that a wrong one stops the start.</summary>
    public IssuerKeys(OidcOptions options, TimeProvider clock, ILogger<IssuerKeys> log)
    {
        (_options, _clock, _log) = (options, clock, log);
        if (options.Keys is { } file)
        {
            try
            {
                _fetched = new Fetched(Read(File.ReadAllBytes(file)), clock.GetUtcNow());
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                throw new SetupException($"{VerifierOptions.Section}:{nameof(VerifierOptions.Oidc)}:{nameof(OidcOptions.Keys)}: {file}: {refused.Message}");
            }

            return;
        }

        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = Fresh, SslOptions = { CertificateChainPolicy = Anchors(options.Ca) } })
        {
            Timeout = TimeSpan.FromSeconds(5), MaxResponseContentBufferSize = MaxBytes,
        };
    }

    /// <summary>The key of this id; null where the issuer has none. The second value says that the issuer could not be asked.</summary>
    public async Task<(SecurityKey? Key, bool IsSilent)> FindAsync(string? keyId, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        var known = Usable(now);
        if (known is null || now - known.At >= Fresh || known.Find(keyId) is null)
        {
            // Whoever has keys does not wait for somebody else's asking.
            if (await _gate.WaitAsync(known is null ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, cancellationToken))
            {
                try
                {
                    await RefreshAsync(now);
                }
                finally
                {
                    _gate.Release();
                }
            }

            known = Usable(now);
        }

        return (known?.Find(keyId), known is null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client?.Dispose();
        _gate.Dispose();
    }

    private Fetched? Usable(DateTimeOffset now) => _fetched is { } fetched && (_client is null || now - fetched.At < Kept) ? fetched : null;

    private async Task RefreshAsync(DateTimeOffset now)
    {
        if (now - _tried < Pause && now >= _tried)
        {
            return;
        }

        _tried = now;
        try
        {
            _fetched = new Fetched(Read(_options.Keys is { } file ? await File.ReadAllBytesAsync(file) : await FetchAsync()), now);
        }
        catch (Exception refused) when (refused is HttpRequestException or OperationCanceledException or IOException or UnauthorizedAccessException or InvalidDataException or JsonException or FormatException or InvalidOperationException)
        {
            _log.IssuerSilent(_options.Keys ?? _options.Authority!, refused.Message);
        }
    }

    private async Task<byte[]> FetchAsync()
    {
        using var discovery = JsonDocument.Parse(await GetAsync(_options.Authority!.TrimEnd('/') + "/.well-known/openid-configuration"));
        // OpenID Connect Discovery 4.3: whoever answers for another issuer is an impostor.
        return Text(discovery, "issuer") != _options.Authority ? throw new InvalidDataException($"it says that it is '{Text(discovery, "issuer")}'")
            : Text(discovery, "jwks_uri") is { } address && address.StartsWith("https://", StringComparison.Ordinal) ? await GetAsync(address)
            : throw new InvalidDataException("its jwks_uri is no https address");
    }

    private static string? Text(JsonDocument document, string name) =>
        document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // Not with the request's cancellation: who hangs up must not take the keys from the others.
    private async Task<byte[]> GetAsync(string address)
    {
        using var response = await _client!.GetAsync(new Uri(address), CancellationToken.None);
        return response.IsSuccessStatusCode
            ? await response.Content.ReadAsByteArrayAsync(CancellationToken.None)
            : throw new InvalidDataException($"{address} answers {(int)response.StatusCode}");
    }

    private static List<SecurityKey> Read(byte[] json)
    {
        try
        {
            var set = new Microsoft.IdentityModel.Tokens.JsonWebKeySet(System.Text.Encoding.UTF8.GetString(json));
            // Public keys that sign, of a length that holds: no shared secrets, whatever the set has.
            List<SecurityKey> keys = [.. set.Keys.Where(key => key.Kty is "RSA" or "EC" && key.Use is null or "sig" && key.KeySize >= (key.Kty == "RSA" ? MinRsaBits : MinEcBits))];
            return keys.Count is > 0 and <= MaxKeys ? keys : throw new InvalidDataException($"{keys.Count} keys that sign with RSA or ECDSA; 1 to {MaxKeys} are possible");
        }
        catch (Exception refused) when (refused is ArgumentException or JsonException or FormatException)
        {
            throw new InvalidDataException("is no JSON Web Key Set (RFC 7517 5)");
        }
    }

    private static X509ChainPolicy? Anchors(string? file)
    {
        if (file is null)
        {
            return null;
        }

        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new SetupException($"{VerifierOptions.Section}:{nameof(VerifierOptions.Oidc)}:{nameof(OidcOptions.Ca)}: {file}: {refused.Message}");
        }

        return certificates.Count > 0 ? PinnedChain.To(certificates) : throw new SetupException($"{VerifierOptions.Section}:{nameof(VerifierOptions.Oidc)}:{nameof(OidcOptions.Ca)}: {file} holds no certificate in PEM");
    }

    private sealed record Fetched(IReadOnlyList<SecurityKey> Keys, DateTimeOffset At)
    {
        // A token without a key's id is taken where there is no doubt.
        public SecurityKey? Find(string? keyId) =>
            keyId is null or "" ? (Keys.Count == 1 ? Keys[0] : null) : Keys.FirstOrDefault(key => key.KeyId == keyId);
    }

    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private const int MaxBytes = 256 * 1024;
    private const int MaxKeys = 100;
    private const int MinRsaBits = 2048;
    private const int MinEcBits = 256;
}
