using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.ServiceTests.Store;

/// <summary>One verifier as a real process, that can be killed and started again on what it left.</summary>
internal sealed class Node(string folder, string database, VirtualVendor vendor) : IDisposable
{
    private readonly string _state = Path.Combine(folder, "state");
    private Process? _process;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public Process Process => _process!;

    /// <summary>Settings beside the usual ones, or instead of them.</summary>
    public object Settings { get; init; } = new { };

    public HttpClient Anonymous { get; private set; } = new();

    public HttpClient Operator { get; private set; } = new();

    /// <summary>More options.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>More of the environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What it logged, when it has ended.</summary>
    public Task<string> Log { get; private set; } = Task.FromResult("");

    public HttpClient Admin => Client(File.ReadAllText(Path.Combine(_state, "admin.token")).Trim());

    public HttpClient RelyingParty { get; private set; } = new();

    /// <summary>Starts it; with a limit no file may grow beyond so many KiB, until the limit is taken away.</summary>
    public async Task StartAsync(int? fileLimit = null, Node? sharesKeysOf = null)
    {
        var roots = Directory.CreateDirectory(Path.Combine(folder, "roots")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(roots, "root.der"), vendor.Root, Now);
        if (sharesKeysOf is not null && !Directory.Exists(_state))
        {
            Assert.Equal(0, Shell.Run(["bash", "-c", "mkdir -m 700 \"$1\" && cd \"$0\" && cp -rp keys tls *.token \"$1\"", sharesKeysOf._state, _state]).Status);
        }

        string[] arguments = ["--state", _state, "--ek-roots", roots, "--listen", "127.0.0.1:0", "--database", database, "--config", Config(), .. Options];
        _process = fileLimit is { } limit ? VerifierProcess.StartWithFileLimit(limit, arguments) : VerifierProcess.Start(Environment, arguments);
        var errors = Log = _process.StandardError.ReadToEndAsync(Now);
        var line = await _process.StandardOutput.ReadLineAsync(Now);
        Assert.True(line is not null, line is null ? await errors : "");
        Address = new Uri(line!["listening ".Length..]);
        Anonymous = Client(null);
        Operator = Client(await TokenAsync("operator"));
        RelyingParty = Client(await TokenAsync("relying-party"));
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>The certificate that clients pin.</summary>
    public string CertificatePath => Path.Combine(_state, "tls/cert.pem");

    /// <summary>The token of a role in the state folder.</summary>
    public async Task<string> TokenAsync(string role) => (await File.ReadAllTextAsync(Path.Combine(_state, role + ".token"), Now)).Trim();

    /// <summary>Asks about a host or a VM, as a relying party does.</summary>
    public async Task<HttpResponseMessage> AskAsync(string about, byte[] nonce, string? guarantees = null) =>
        await RelyingParty.PostAsJsonAsync("/v1/attest/" + about,
            new AttestRequest { Nonce = nonce, Guarantees = guarantees is null ? null : JsonDocument.Parse(guarantees).RootElement }, ProtocolJson.Default.AttestRequest, Now);

    /// <summary>Waits until it says that it is ready: what it says may be a second old.</summary>
    public async Task ReadyAsync()
    {
        var until = System.Environment.TickCount64 + 30_000;
        while ((await Anonymous.GetAsync("/readyz", Now)).StatusCode != HttpStatusCode.OK)
        {
            Assert.True(System.Environment.TickCount64 < until, "it is not ready after 30 seconds");
            await Task.Delay(100, Now);
        }
    }

    /// <summary>Ends it without warning.</summary>
    public async Task KillAsync()
    {
        Process.Kill();
        await Process.WaitForExitAsync(Now);
    }

    public HttpClient Client(string? token)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_state, "tls/cert.pem")) },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        var client = new HttpClient(handler) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.Authorization = token is null ? null : new("Bearer", token);
        return client;
    }

    /// <summary>A host enrols; it waits for approval then.</summary>
    public async Task<EnrolledTpm> EnrolAsync(string name)
    {
        var tpm = new SoftwareTpm();
        using var begun = await Anonymous.PostAsJsonAsync("/v1/enrol", tpm.Request(vendor, name), ProtocolJson.Default.EnrolmentRequest, Now);
        begun.EnsureSuccessStatusCode();
        var challenge = (await begun.Content.ReadFromJsonAsync(ProtocolJson.Default.EnrolmentChallenge, Now))!;
        using var done = await Anonymous.PostAsJsonAsync($"/v1/enrol/{challenge.EnrolmentId}/activate", tpm.Answer(challenge), ProtocolJson.Default.EnrolmentActivation, Now);
        done.EnsureSuccessStatusCode();
        var result = (await done.Content.ReadFromJsonAsync(ProtocolJson.Default.EnrolmentResult, Now))!;
        var host = VirtualHost.Boot(spec => spec with { Id = result.HostId, Name = name, Ak = tpm.Ak });
        return new EnrolledTpm(host, EnrolmentProof.AgentToken(tpm.Open(challenge), result.HostId));
    }

    public VirtualAgent Agent(EnrolledTpm enrolled, Node? evidenceTo = null) => new(enrolled.Host, Client(enrolled.Token), evidenceTo?.Client(enrolled.Token));

    public async Task ApproveAsync(string host) => (await Operator.PostAsync($"/v1/hosts/{host}/approve", null, Now)).EnsureSuccessStatusCode().Dispose();

    public async Task RevokeAsync(string host) =>
        (await Operator.PostAsJsonAsync($"/v1/hosts/{host}/revoke", new RevokeRequest { Reason = "test" }, ProtocolJson.Default.RevokeRequest, Now)).EnsureSuccessStatusCode().Dispose();

    /// <summary>Replaces the reference values by some of the same version on; says the new version.</summary>
    public async Task<HttpResponseMessage> PutReferencesAsync(long expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/references");
        request.Content = new ByteArrayContent(ReferenceSet.Encode(VirtualReferences.Set.Document));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{expected}\""));
        return await Operator.SendAsync(request, Now);
    }

    public async Task<long> ReferencesVersionAsync()
    {
        using var response = await Operator.GetAsync("/v1/references", Now);
        return response.Headers.ETag is { } tag ? long.Parse(tag.Tag.Trim('"'), System.Globalization.CultureInfo.InvariantCulture) : 0;
    }

    public async Task<HostState?> StateAsync(string host)
    {
        using var response = await Operator.GetAsync($"/v1/hosts/{host}", Now);
        return response.IsSuccessStatusCode
            ? Enum.Parse<HostState>(JsonDocument.Parse(await response.Content.ReadAsStringAsync(Now)).RootElement.GetProperty("host").GetProperty("state").GetString()!, ignoreCase: true)
            : null;
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process?.Dispose();
    }

    private string Config()
    {
        // Who asks is the test: nobody is asked because it is time.
        var settings = JsonSerializer.SerializeToNode(
            new { EnrolmentsPerMinute = 100_000, EvidencePerMinute = 100_000, WatchInterval = "1.00:00:00", WatchDeadline = "7.00:00:00", AnswerTimeout = "00:00:04" })!.AsObject();
        foreach (var (name, value) in JsonSerializer.SerializeToNode(Settings)!.AsObject())
        {
            settings[name] = value?.DeepClone();
        }

        var path = Path.Combine(folder, "verifier.json");
        File.WriteAllText(path, new JsonObject { ["Verifier"] = settings }.ToJsonString());
        return path;
    }
}

/// <summary>A host that enrolled, with its agent's token.</summary>
internal sealed record EnrolledTpm(VirtualHost Host, string Token);
