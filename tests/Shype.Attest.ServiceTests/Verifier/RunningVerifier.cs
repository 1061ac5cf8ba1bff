using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Operations;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Contract;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>The real verifier, with its real server on a free port and a state folder of its own.</summary>
internal sealed class RunningVerifier : IAsyncDisposable
{
    private readonly bool _ownsFolder;
    private readonly List<HttpClient> _clients = [];

    private RunningVerifier(string folder, bool ownsFolder, WebApplication app, VirtualVendor vendor)
    {
        Folder = folder;
        _ownsFolder = ownsFolder;
        App = app;
        Vendor = vendor;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public string Folder { get; }

    public WebApplication App { get; }

    /// <summary>Whose TPMs this verifier believes.</summary>
    public VirtualVendor Vendor { get; }

    public Uri Address { get; }

    public string State => Path.Combine(Folder, "state");

    public static async Task<RunningVerifier> StartAsync(
        object? settings = null, TimeProvider? clock = null, string? folder = null, VirtualVendor? vendor = null)
    {
        var ownsFolder = folder is null;
        folder ??= Directory.CreateTempSubdirectory("shype-verifier-").FullName;
        vendor ??= new VirtualVendor();
        var roots = Directory.CreateDirectory(Path.Combine(folder, "roots")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(roots, "root.der"), vendor.Root);
        await File.WriteAllBytesAsync(Path.Combine(roots, "intermediate.der"), vendor.Intermediate);
        var config = Path.Combine(folder, "verifier.json");
        var wanted = JsonSerializer.SerializeToNode(settings ?? new { })!.AsObject();
        // Who asks is the test, unless it says otherwise.
        wanted.TryAdd("WatchInterval", "1.00:00:00");
        wanted.TryAdd("WatchDeadline", "7.00:00:00");
        await File.WriteAllTextAsync(config, new JsonObject { ["Verifier"] = wanted }.ToJsonString());
        var app = await VerifierApp.BuildAsync(
            ["--state", Path.Combine(folder, "state"), "--ek-roots", roots, "--listen", "127.0.0.1:0", "--config", config], clock);
        await app.StartAsync();
        return new RunningVerifier(folder, ownsFolder, app, vendor);
    }

    public T Service<T>()
        where T : notnull => App.Services.GetRequiredService<T>();

    public HttpClient Anonymous() => Client(null);

    public HttpClient Operator() => Client(File.ReadAllText(Path.Combine(State, "operator.token")).Trim());

    public HttpClient Admin() => Client(File.ReadAllText(Path.Combine(State, "admin.token")).Trim());

    public HttpClient RelyingParty() => Client(File.ReadAllText(Path.Combine(State, "relying-party.token")).Trim());

    public HttpClient Client(string? token)
    {
        var handler = new SocketsHttpHandler { SslOptions = TlsOptions(Address.Host) };
        var guard = new ContractGuard(handler, Service<ContractDocument>().ReadAsync);
        var client = new HttpClient(guard) { BaseAddress = Address, Timeout = Timeout.InfiniteTimeSpan };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        _clients.Add(client);
        return client;
    }

    /// <summary>Trusts the verifier's own certificate and nothing else, as clients do that pin it.</summary>
    public SslClientAuthenticationOptions TlsOptions(string host) => new()
    {
        TargetHost = host,
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(Path.Combine(State, "tls", "cert.pem")) },
            RevocationMode = X509RevocationMode.NoCheck,
        },
    };

    /// <summary>Puts a host into the directory as if it had enrolled; says its agent's token.</summary>
    public async Task<(string Id, string Token)> AddHostAsync(string name, HostState state = HostState.Enrolled)
    {
        var token = Base64UrlText.Encode(RandomNumberGenerator.GetBytes(32));
        var record = Records.Host(name, state) with { TokenDigest = TokenDigest.Of(token).ToBytes() };
        var outcome = await Service<HostDirectory>().EnrolAsync(new HostEnrolment { Host = record, At = DateTimeOffset.UtcNow }, default);
        Assert.Equal(EnrolmentVerdict.Created, outcome.Verdict);
        return (record.Id, token);
    }

    /// <summary>A host that enrolled and boots, with its agent; its references are in force.</summary>
    public async Task<VirtualAgent> BootHostAsync(string name, Func<HostSpec, HostSpec>? change = null)
    {
        var ak = new VirtualAk(AkKind.EcdsaP256);
        var token = Base64UrlText.Encode(RandomNumberGenerator.GetBytes(32));
        var record = Records.Host(name, HostState.Enrolled, ak) with { TokenDigest = TokenDigest.Of(token).ToBytes() };
        await Service<HostDirectory>().EnrolAsync(new HostEnrolment { Host = record, At = DateTimeOffset.UtcNow }, default);
        if (Service<CurrentReferences>().Current.Version == 0)
        {
            await Service<CurrentReferences>().ReplaceAsync(VirtualReferences.Set, 0, "test", DateTimeOffset.UtcNow, default);
        }

        var host = VirtualHost.Boot(spec =>
        {
            spec = spec with { Id = record.Id, Name = name, Ak = ak };
            return change?.Invoke(spec) ?? spec;
        });
        return new VirtualAgent(host, Client(token));
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        // The program's store ends with its process; this process runs hundreds of verifiers, each with a writer's thread and a cache.
        var store = (IDisposable)Service<IAttestationStore>();
        await App.StopAsync();
        await App.DisposeAsync();
        store.Dispose();
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
