using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Access;

/// <summary>
/// People and programs by the certificate of their TLS connection. The map decides at every request: who is taken out of the file is nobody at the
/// next one. A chain is built only for a certificate that the map knows, once per connection.
/// </summary>
internal sealed class ClientCertificates
{
    private readonly string? _file;
    private readonly TimeProvider _clock;
    private readonly ILogger<ClientCertificates> _log;
    private readonly X509Certificate2Collection? _authorities;
    private readonly ConditionalWeakTable<X509Certificate2, Judged> _judged = [];
    private readonly Lock _gate = new();
    private volatile Loaded _loaded = new(default, ClientCertificateMap.Empty);

    /// <summary>Reads the files; a <see cref="SetupException"/> says what is wrong with them.</summary>
    public ClientCertificates(VerifierOptions options, TimeProvider clock, ILogger<ClientCertificates> log)
    {
        (_file, _clock, _log) = (options.ClientCertificates, clock, log);
        if (options.ClientAuthorities is { } authorities)
        {
            _authorities = [];
            try
            {
                _authorities.ImportFromPemFile(authorities);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or CryptographicException)
            {
                throw new SetupException($"{VerifierOptions.Section}:{nameof(VerifierOptions.ClientAuthorities)}: {authorities}: {refused.Message}");
            }

            if (!_authorities.Any(IsRoot))
            {
                throw new SetupException($"{VerifierOptions.Section}:{nameof(VerifierOptions.ClientAuthorities)}: {authorities} holds no certificate in PEM that signed itself");
            }
        }

        if (_file is not null)
        {
            _loaded = Load(_file, StampOf(_file), out var problem) ?? throw new SetupException($"{VerifierOptions.Section}:{nameof(VerifierOptions.ClientCertificates)}: {problem}");
        }
    }

    /// <summary>Whose certificate it is; null for nobody's.</summary>
    public ClaimsPrincipal? Find(X509Certificate2 certificate)
    {
        if (_file is null)
        {
            return null;
        }

        var judged = _judged.GetValue(certificate, key => new Judged(ClientIdentity.Of(key)));
        return Map(_file).Find(judged.Identity) is { } entry && IsGood(certificate, judged, entry) ? Caller.Named(entry.Name, entry.Role) : null;
    }

    private bool IsGood(X509Certificate2 certificate, Judged judged, ClientEntry entry)
    {
        var now = _clock.GetUtcNow().UtcDateTime;
        if (entry.Spki is not null)
        {
            return IsForClients(certificate) && IsValid(certificate, now);
        }

        judged.Chain ??= Build(certificate);
        return judged.Chain.Count > 0 && judged.Chain.All(link => IsValid(link, now));
    }

    // RFC 5280 4.1.2.5: both ends of the validity belong to it.
    private static bool IsValid(X509Certificate2 certificate, DateTime now) =>
        certificate.NotBefore.ToUniversalTime() <= now && now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)) <= certificate.NotAfter.ToUniversalTime();

    // RFC 5280 4.2.1.12: where a certificate says what it is for, it must be this.
    private static bool IsForClients(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().All(usage => usage.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value is ClientAuthentication or AnyUsage));

    private List<X509Certificate2> Build(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        foreach (var authority in _authorities!)
        {
            (IsRoot(authority) ? policy.CustomTrustStore : policy.ExtraStore).Add(authority);
        }

        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        // Nothing that a stranger's certificate names is fetched; revocation is the map's.
        policy.DisableCertificateDownloads = true;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        // Times are compared at each request: a connection may live longer than a certificate.
        policy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        return chain.Build(certificate) ? [.. chain.ChainElements.Select(element => element.Certificate)] : [];
    }

    private ClientCertificateMap Map(string file)
    {
        var stamp = StampOf(file);
        if (_loaded.Stamp == stamp)
        {
            return _loaded.Map;
        }

        lock (_gate)
        {
            if (_loaded.Stamp != stamp)
            {
                // Nobody, rather than those who may have been taken out.
                _loaded = Load(file, stamp, out var problem) ?? new Loaded(stamp, ClientCertificateMap.Empty);
                if (problem.Length > 0)
                {
                    _log.ClientCertificatesUnreadable(problem);
                }
            }

            return _loaded.Map;
        }
    }

    private Loaded? Load(string file, FileStamp stamp, out string problem) =>
        ClientCertificateMap.TryRead(file, _authorities is not null, out var map, out problem) ? new Loaded(stamp, map) : null;

    private static FileStamp StampOf(string file) => new FileInfo(file) is { Exists: true } info ? new FileStamp(info.LastWriteTimeUtc, info.Length) : default;

    private static bool IsRoot(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private readonly record struct FileStamp(DateTime Written, long Length);

    private sealed record Loaded(FileStamp Stamp, ClientCertificateMap Map);

    private sealed class Judged(ClientIdentity identity)
    {
        public ClientIdentity Identity => identity;

        public List<X509Certificate2>? Chain { get; set; }
    }

    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string AnyUsage = "2.5.29.37.0";
}
