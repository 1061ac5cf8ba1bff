using System.Net;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Hosting.Configuration;
using Shype.Attest.Verifier.Watch;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>Everything that can be set, section <c>Verifier</c> of the configuration: file, environment (<c>Verifier__State</c>), command line.</summary>
internal sealed record VerifierOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Verifier";

    /// <summary>The folder that keeps database, keys and tokens; made with mode 0700.</summary>
    public string State { get; init; } = "";

    /// <summary>A SQLite file elsewhere than in the state folder, or <c>postgres:Host=...;Database=...;Username=...</c>, which several verifiers may share.</summary>
    [NotRepeated]
    public string Database { get; init; } = "";

    /// <summary>A file with the password for PostgreSQL, readable by nobody else.</summary>
    public string? DatabasePasswordFile { get; init; }

    /// <summary>Address and port, <c>127.0.0.1:8443</c> or <c>[::1]:8443</c>; port 0 takes a free one and says which.</summary>
    public string Listen { get; init; } = "127.0.0.1:8443";

    /// <summary>A folder with certificates (PEM or DER) of more authorities whose TPMs are believed: those that signed themselves.</summary>
    public string EkRoots { get; init; } = "";

    /// <summary>Whether an operator approves each host; without, a genuine TPM is enough.</summary>
    public bool RequireApproval { get; init; } = true;

    /// <summary>A TLS certificate chain (PEM) instead of the self-made one.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>Its private key (PEM), readable by nobody else.</summary>
    public string? TlsKey { get; init; }

    /// <summary>Further names and addresses in the self-made certificate, beside localhost.</summary>
    public string[] TlsNames { get; init; } = [];

    /// <summary>The <c>iss</c> of results.</summary>
    public string Issuer { get; init; } = "shype-verifier";

    /// <summary>How long an agent may take to answer a challenge that it fetched.</summary>
    public TimeSpan ChallengeLifetime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long an agent may take to answer a question; who asks behind a question that is out waits for twice that at the most.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a result may be relied upon.</summary>
    public TimeSpan ResultLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a host may take between asking to enrol and answering.</summary>
    public TimeSpan EnrolmentLifetime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Half-finished enrolments at most; beyond, the oldest is forgotten.</summary>
    public int MaxPendingEnrolments { get; init; } = 1024;

    /// <summary>Requests to enrol per minute and address.</summary>
    public int EnrolmentsPerMinute { get; init; } = 120;

    /// <summary>Evidence per minute and host.</summary>
    public int EvidencePerMinute { get; init; } = 600;

    /// <summary>How long a session of the challenge-response interface lives, counted again from its evidence.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>Sessions that one caller may have open.</summary>
    public int MaxSessionsPerCaller { get; init; } = 64;

    /// <summary>Requests about sessions per minute and caller.</summary>
    public int SessionsPerMinute { get; init; } = 600;
    /// <summary>Credentials that nobody knows, per minute and address.</summary>
    public int FailedSignInsPerMinute { get; init; } = 300;

    /// <summary>The identity provider whose tokens are taken; none where nothing is set.</summary>
    public OidcOptions? Oidc { get; init; }

    /// <summary>A file that says who a client certificate is (docs/access.md); none is asked for where it is not set.</summary>
    public string? ClientCertificates { get; init; }

    /// <summary>A file with the authorities (PEM) of those client certificates that are known by their names.</summary>
    public string? ClientAuthorities { get; init; }

    /// <summary>Connections from one address at most.</summary>
    public int MaxConnectionsPerAddress { get; init; } = 15_000;

    /// <summary>Connections at most.</summary>
    public int MaxConnections { get; init; } = 20_000;

    /// <summary>How long evidence and its results are kept.</summary>
    public TimeSpan KeepEvidence { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How many verdicts of one host are kept with their evidence at most, so that a host that sends often does not fill the disk.</summary>
    public int KeepVerdictsPerHost { get; init; } = 20_000;

    /// <summary>How long the history of hosts' states is kept; the last change of each host always is.</summary>
    public TimeSpan KeepHistory { get; init; } = TimeSpan.FromDays(365);

    /// <summary>How often a host is asked for evidence, where neither it nor its group says otherwise.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a host may be silent, where neither it nor its group says otherwise.</summary>
    public TimeSpan WatchDeadline { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long one verifier holds hosts that are due, or a webhook, before another may; and how long hosts have to connect after a start.</summary>
    public TimeSpan WatchLease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Webhook targets, <c>host:port</c>, that may lie in private networks or on this machine, and may speak plain HTTP.</summary>
    public string[] WebhookTargets { get; init; } = [];

    /// <summary>How long a result-signing key is used before the next one.</summary>
    public TimeSpan SigningKeyLifetime { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How long a key of challenges is used before the next one.</summary>
    public TimeSpan ChallengeKeyLifetime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Where new signing keys are made: <c>database</c>, encrypted, or a PKCS#11 token as a URI (RFC 7512).</summary>
    [NotRepeated]
    public string SigningKeys { get; init; } = "database";

    /// <summary>The file with the key-encryption keys, readable by nobody else and the same for all verifiers on one database; in the state folder where none is named.</summary>
    public string? KeyEncryptionKeyFile { get; init; }

    /// <summary>Whether endorsement key certificates must not have expired. TPM vendors let certificates of chips in use expire.</summary>
    public bool CheckEkValidity { get; init; } = true;

    /// <summary>Whether the shipped certificates of TPM vendors count.</summary>
    public bool UseVendorRoots { get; init; } = true;

    /// <summary>Whether an authority below the roots may have expired since it certified.</summary>
    public bool AcceptExpiredEkAuthorities { get; init; }

    /// <summary>Takes endorsement keys without a certificate as pending; approving such a host needs the key's fingerprint.</summary>
    public bool PinUncertifiedKeys { get; init; }

    /// <summary>Takes SHA-1 signatures in endorsement key certificates below the roots.</summary>
    public bool UnsafeAllowSha1Certificates { get; init; }

    /// <summary>Takes endorsement keys without a certificate: anybody can make such a key in software.</summary>
    public bool UnsafeAcceptUncertifiedKeys { get; init; }

    /// <summary>The form of the log: <c>text</c> for people, <c>json</c> for programs, one object a line.</summary>
    [Choice("text", "json")]
    public string LogFormat { get; init; } = "text";

    /// <summary>The least that is logged.</summary>
    [Choice("debug", "information", "warning", "error")]
    public string LogLevel { get; init; } = "information";

    /// <summary>An address of its own for metrics and health, <c>127.0.0.1:9464</c>, without TLS and without token; empty for none. With a viewer's token they stand on the main address as well.</summary>
    public string MetricsListen { get; init; } = "";

    /// <summary>Where traces and metrics are sent by OTLP, <c>http://127.0.0.1:4318</c>; empty for nowhere.</summary>
    public string OtlpEndpoint { get; init; } = "";

    /// <summary>How OTLP is spoken.</summary>
    [Choice("http/protobuf", "grpc")]
    public string OtlpProtocol { get; init; } = "http/protobuf";

    /// <summary>How many of a hundred traces are sent.</summary>
    public int TracePercent { get; init; } = 100;

    /// <summary>Where to listen, read from <see cref="Listen"/>.</summary>
    public IPEndPoint EndPoint => ReadEndPoint(Listen) ?? throw new InvalidOperationException("the options were not checked");

    /// <summary>Where metrics are read, from <see cref="MetricsListen"/>; null for nowhere else.</summary>
    public IPEndPoint? MetricsEndPoint => MetricsListen.Length == 0 ? null : ReadEndPoint(MetricsListen);

    /// <summary>The names of the dangerous settings in use.</summary>
    public IEnumerable<string> UnsafeSettings =>
        new[] { (UnsafeAllowSha1Certificates, nameof(UnsafeAllowSha1Certificates)), (UnsafeAcceptUncertifiedKeys, nameof(UnsafeAcceptUncertifiedKeys)) }
            .Where(setting => setting.Item1).Select(setting => setting.Item2);

    /// <summary>What each number and duration may be.</summary>
    public IEnumerable<(string Name, string Least, string Most)> Ranges =>
        Times().Select(time => (time.Name, Setting.Text(time.Least), Setting.Text(time.Most)))
            .Concat(Counts().Select(count => (count.Name, "1", Setting.Text(count.Most))));

    /// <summary>Everything that is wrong with the values, each as <c>NAME: what is wrong</c>.</summary>
    public IEnumerable<string> Problems()
    {
        if (State.Length == 0)
        {
            yield return $"{nameof(State)}: a folder for database and keys is needed (--state DIR)";
        }

        if (EkRoots.Length == 0 && !UseVendorRoots && !UnsafeAcceptUncertifiedKeys && !PinUncertifiedKeys)
        {
            yield return $"{nameof(EkRoots)}: without the vendors' roots a folder with certificates is needed (--ek-roots DIR)";
        }

        if (TlsCertificate is null != TlsKey is null)
        {
            yield return $"{nameof(TlsCertificate)}: certificate and key are set together or not at all ({nameof(TlsKey)})";
        }

        if (ClientAuthorities is not null && ClientCertificates is null)
        {
            yield return $"{nameof(ClientCertificates)}: authorities alone say nobody's name; a file that says who a certificate is is needed";
        }

        foreach (var problem in Oidc?.Problems() ?? [])
        {
            yield return $"{nameof(Oidc)}:{problem}";
        }

        foreach (var (name, value, least, most) in Times())
        {
            if (value < least || value > most)
            {
                yield return $"{name}: {value} is not between {least} and {most}";
            }
        }

        foreach (var (name, value, most) in Counts())
        {
            if (value < 1 || value > most)
            {
                yield return $"{name}: {value} is not between 1 and {most}";
            }
        }

        if (WatchDeadline <= WatchInterval)
        {
            yield return $"{nameof(WatchDeadline)}: {WatchDeadline} is not longer than {nameof(WatchInterval)}, {WatchInterval}: every host would miss it";
        }

        foreach (var target in WebhookTargets.Where(target => !WebhookTarget.IsHostAndPort(target)))
        {
            yield return $"{nameof(WebhookTargets)}: '{target}' is not HOST:PORT, e.g. alerts.example:8443 or [fd00::1]:8443";
        }

        if (ReadEndPoint(Listen) is null)
        {
            yield return $"{nameof(Listen)}: '{Listen}' is not ADDRESS:PORT, e.g. 127.0.0.1:8443, 0.0.0.0:8443 or [::1]:8443";
        }

        if (MetricsListen.Length > 0 && ReadEndPoint(MetricsListen) is null)
        {
            yield return $"{nameof(MetricsListen)}: '{MetricsListen}' is not ADDRESS:PORT, e.g. 127.0.0.1:9464";
        }

        if (OtlpEndpoint.Length > 0 && !IsCollector(OtlpEndpoint))
        {
            // Not repeated: a password could stand in it.
            yield return $"{nameof(OtlpEndpoint)}: is not http://HOST:PORT or https://HOST:PORT without a password; secrets stand in OTEL_EXPORTER_OTLP_HEADERS";
        }
    }

    private static IPEndPoint? ReadEndPoint(string text) =>
        text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var endPoint) ? endPoint : null;

    private static bool IsCollector(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0 && address.Query.Length == 0;

    private IEnumerable<(string Name, TimeSpan Value, TimeSpan Least, TimeSpan Most)> Times() =>
    [
        (nameof(ChallengeLifetime), ChallengeLifetime, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10)),
        (nameof(AnswerTimeout), AnswerTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2)),
        (nameof(ResultLifetime), ResultLifetime, TimeSpan.FromSeconds(10), TimeSpan.FromHours(1)),
        (nameof(EnrolmentLifetime), EnrolmentLifetime, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10)),
        (nameof(SessionLifetime), SessionLifetime, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10)),
        (nameof(KeepEvidence), KeepEvidence, TimeSpan.FromMinutes(1), TimeSpan.FromDays(36_500)),
        (nameof(KeepHistory), KeepHistory, TimeSpan.FromHours(1), TimeSpan.FromDays(36_500)),
        (nameof(WatchInterval), WatchInterval, WatchLimits.MinInterval, WatchLimits.MaxInterval),
        (nameof(WatchDeadline), WatchDeadline, WatchLimits.MinDeadline, WatchLimits.MaxDeadline),
        (nameof(WatchLease), WatchLease, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
        (nameof(ChallengeKeyLifetime), ChallengeKeyLifetime, TimeSpan.FromMinutes(30), TimeSpan.FromDays(365)),
        (nameof(SigningKeyLifetime), SigningKeyLifetime, TimeSpan.FromDays(2), TimeSpan.FromDays(3_650)),
    ];

    private IEnumerable<(string Name, int Value, int Most)> Counts() =>
    [
        (nameof(MaxPendingEnrolments), MaxPendingEnrolments, 100_000),
        (nameof(EnrolmentsPerMinute), EnrolmentsPerMinute, 10_000_000),
        (nameof(EvidencePerMinute), EvidencePerMinute, 10_000_000),
        (nameof(MaxSessionsPerCaller), MaxSessionsPerCaller, 10_000),
        (nameof(SessionsPerMinute), SessionsPerMinute, 10_000_000),
        (nameof(FailedSignInsPerMinute), FailedSignInsPerMinute, 10_000_000),
        (nameof(MaxConnectionsPerAddress), MaxConnectionsPerAddress, 1_000_000),
        (nameof(MaxConnections), MaxConnections, 1_000_000),
        (nameof(KeepVerdictsPerHost), KeepVerdictsPerHost, 100_000_000),
        (nameof(TracePercent), TracePercent, 100),
    ];
}
