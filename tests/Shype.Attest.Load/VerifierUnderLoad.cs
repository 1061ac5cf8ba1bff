using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Shape = System.Text.Json.Nodes.JsonObject;

namespace Shype.Attest.Load;

/// <summary>The real verifier as a process of its own, and what the kernel says of it.</summary>
internal sealed class VerifierUnderLoad : IDisposable
{
    private readonly Process _process;
    private readonly string _state;
    private TimeSpan _cpu;
    private bool _isEnded;

    private VerifierUnderLoad(Process process, string state, Uri address) => (_process, _state, Address) = (process, state, address);

    /// <summary>CPU time of all that were started.</summary>
    public static TimeSpan CpuOfAll => Started.Aggregate(TimeSpan.Zero, (sum, verifier) => sum + verifier.Cpu);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>CPU time so far, user and system.</summary>
    public TimeSpan Cpu
    {
        get
        {
            if (!_isEnded)
            {
                _process.Refresh();
                _cpu = _process.TotalProcessorTime;
            }

            return _cpu;
        }
    }

    /// <summary>Resident memory, bytes.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts it on a state folder.</summary>
    public static async Task<VerifierUnderLoad> StartAsync(string state, LoadOptions options)
    {
        var settings = new Shape
        {
            ["Verifier"] = new Shape
            {
                ["WatchInterval"] = options.Interval.ToString(), ["WatchDeadline"] = options.Deadline.ToString(), ["MaxConnections"] = 1_000_000, ["EvidencePerMinute"] = 100_000,
            },
        };
        var config = Path.Combine(state, "load.json");
        await File.WriteAllTextAsync(config, settings.ToJsonString(JsonSerializerOptions.Default));
        string[] database = options.Database.Length == 0 ? [] : ["--database", options.Database];
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "shype-verifier.dll"), "--state", state, "--listen", "127.0.0.1:0", "--config", config, .. database])
        {
            RedirectStandardOutput = true,
            Environment = { ["Logging__LogLevel__Default"] = "Warning" },
        };
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the verifier did not start; its message is above");
        var verifier = new VerifierUnderLoad(process, state, new Uri(line["listening ".Length..]));
        Started.Add(verifier);
        return verifier;
    }

    /// <summary>The file of its certificate.</summary>
    public string Certificate => Path.Combine(_state, "tls/cert.pem");

    /// <summary>Trust in a verifier's own certificate and nothing else.</summary>
    public static X509ChainPolicy Trust(string certificate) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(certificate) },
        RevocationMode = X509RevocationMode.NoCheck,
    };

    /// <summary>A client that trusts the verifier's own certificate.</summary>
    public HttpClient Client(string? role = null, int maxConnections = int.MaxValue, bool isHttp2 = false)
    {
        var handler = new SocketsHttpHandler
        {
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1), MaxConnectionsPerServer = maxConnections, EnableMultipleHttp2Connections = true,
        };
        handler.SslOptions.CertificateChainPolicy = Trust(Certificate);
        // HTTP/1.1: a connection for each agent, as agents on machines of their own have.
        var client = new HttpClient(handler)
        {
            BaseAddress = Address,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = isHttp2 ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (role is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(Path.Combine(_state, role + ".token")).Trim());
        }

        return client;
    }

    /// <summary>How many hosts are in a state.</summary>
    public static async Task<int> CountAsync(HttpClient client, string state)
    {
        var (count, after) = (0, (string?)null);
        do
        {
            using var page = JsonDocument.Parse(await client.GetByteArrayAsync(string.Create(CultureInfo.InvariantCulture, $"/v1/hosts?state={state}{(after is null ? "" : "&after=" + after)}")));
            count += page.RootElement.GetProperty("hosts").GetArrayLength();
            after = page.RootElement.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (after is not null);

        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isEnded)
        {
            return;
        }

        _ = Cpu;
        _isEnded = true;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static readonly List<VerifierUnderLoad> Started = [];
}
