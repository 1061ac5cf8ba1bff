using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Shype.Attest.Appraisal.References;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.ServiceTests.Cli;

/// <summary>Whatever the verifier can be asked, <c>shype</c> can ask: the commands are run, and every route must have been reached.</summary>
public sealed class RouteCoverageTests : IAsyncLifetime, IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    // By the beginning of their pattern: whose they are, so that nobody needs a command.
    private static readonly (string Route, string Reason)[] NoCommand =
    [
        ("POST /v1/enrol/", "agents enrol themselves: shype-agent enrol, docs/examples/tpm2-tools/enrol.sh"),
        ("GET /v1/hosts/{id}/challenge", "an agent's own"),
        ("POST /v1/hosts/{id}/evidence", "an agent's own"),
        ("GET /v1/hosts/{id}/logs/", "an agent's own"),
        ("POST /v1/hosts/{id}/logs/", "an agent's own"),
        ("GET /dashboard", "pages for browsers"),
        ("POST /dashboard", "forms of those pages; their operations are in /v1"),
        ("GET /metrics", "read by Prometheus"),
        ("GET /healthz/", "the names of before of /healthz and /readyz"),
        ("GET /openapi.json", "read by programs that write clients"),
    ];

    private readonly ScratchFolder _scratch = new();
    private readonly ConcurrentDictionary<string, string> _reached = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<IDisposable> _subscriptions = [];
    private RunningVerifier _verifier = null!;

    public async ValueTask InitializeAsync() => _verifier = await RunningVerifier.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var subscription in _subscriptions)
        {
            subscription.Dispose();
        }

        await _verifier.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task Every_route_of_the_verifier_has_a_command()
    {
        _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
        await _verifier.AddHostAsync("hv1");
        await WriteInputsAsync();
        foreach (var line in Lines())
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(60));
            var run = await InProcess.RunAsync(_verifier, line.Split(' '), cancellationToken: patience.Token);
            // The command line itself is right, whatever became of it.
            Assert.False(run.Errors.Contains("shype --help", StringComparison.Ordinal), $"shype {line}: {run.Errors}");
            Assert.DoesNotContain("a fault of shype itself", run.Errors, StringComparison.Ordinal);
        }

        string[] routes = [.. _verifier.Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(Names)];
        string[] missing = [.. routes.Where(route => !_reached.ContainsKey(route) && !NoCommand.Any(entry => route.StartsWith(entry.Route, StringComparison.Ordinal)))];
        Assert.True(missing.Length == 0, "no command reaches " + string.Join(", ", missing));
        string[] needless = [.. NoCommand.Select(entry => entry.Route).Where(entry => routes.Any(route => route.StartsWith(entry, StringComparison.Ordinal) && _reached.ContainsKey(route)))];
        Assert.True(needless.Length == 0, "these have a command after all: " + string.Join(", ", needless));
    }

    private IEnumerable<string> Lines() => new[]
    {
        "doctor",
        "host list", "host list --state refused", "host show hv1", "host approve hv1", "host replace nobody --ek-fingerprint " + new string('0', 64),
        "host group hv1 nogroup", "host watch hv1", "host watch hv1 --interval 60s", "host watch --group default", "host watch --group default --interval 60s", "host history hv1",
        "host invite --group edge", "host expect --group edge --key " + new string('1', 64), "host admissions", "host withdraw 00000000", "host attest nobody", "host bundle hv1 -o FOLDER/bundle",
        "host revoke hv1 --reason gone", "vm attest nobody", "vm bundle nobody -o FOLDER/bundle", "verdict explain --host hv1", "verdict verify FOLDER/references.json",
        "session open", "session show 00000000-0000-4000-8000-000000000000", "session submit 00000000-0000-4000-8000-000000000000 FOLDER/references.json",
        "session close 00000000-0000-4000-8000-000000000000",
        "events --after 0 --count 1",
        "webhook add pager https://alerts.example/", "webhook list", "webhook test nobody", "webhook remove pager",
        "reference set FOLDER/references.json", "reference show", "reference show --in-force", "reference history", "reference list", "reference capture hv1",
        "reference sign FOLDER/references.json --key FOLDER/key.pem --name images --sequence 1 --origin test -o FOLDER/images.corim",
        "reference signer add release FOLDER/public.pem", "reference signer list", "reference import FOLDER/images.corim", "reference export images -o FOLDER/images.json",
        "reference export images --cose -o FOLDER/again.corim", "reference remove images", "reference signer remove release",
        "appraisal-policy list", "appraisal-policy show default", "appraisal-policy activate FOLDER/policy.yaml",
        "trust list", "trust add FOLDER/authority.der", "trust add nothing", "trust remove nothing",
        "audit list", "audit head", "audit verify", "audit verify --head-out FOLDER/head", "audit export -o FOLDER/audit", "audit verify FOLDER/audit",
        "token list", "token add alice --role viewer", "token remove alice",
        "signing-key list", "signing-key rotate", "signing-key retire nothing",
    }.Select(line => line.Replace("FOLDER", Path.GetDirectoryName(_scratch["x"]), StringComparison.Ordinal));

    private async Task WriteInputsAsync()
    {
        await File.WriteAllBytesAsync(_scratch["references.json"], ReferenceSet.Encode(VirtualReferences.Document));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(_scratch["key.pem"], key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(_scratch["key.pem"], UnixFileMode.UserRead);
        await File.WriteAllTextAsync(_scratch["public.pem"], key.ExportSubjectPublicKeyInfoPem());
        await File.WriteAllBytesAsync(_scratch["authority.der"], new VirtualVendor().Root);
        File.Copy(Path.Combine(TestData.Root, "docs", "appraisal-policy.example.yaml"), _scratch["policy.yaml"]);
    }

    private static IEnumerable<string> Names(RouteEndpoint endpoint) =>
        (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(method => $"{method} /{endpoint.RoutePattern.RawText!.TrimStart('/')}");

    // ASP.NET Core says which route each request was matched to, of every server in this process.
    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.AspNetCore")
        {
            _subscriptions.Add(value.Subscribe(this, name => name == Matched));
        }
    }

    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> value)
    {
        if (value is (Matched, HttpContext context) && context.Connection.LocalPort == _verifier.Address.Port && context.GetEndpoint() is RouteEndpoint endpoint)
        {
            _reached[$"{context.Request.Method} /{endpoint.RoutePattern.RawText!.TrimStart('/')}"] = "";
        }
    }

    void IObserver<DiagnosticListener>.OnCompleted()
    {
    }

    void IObserver<DiagnosticListener>.OnError(Exception error)
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted()
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error)
    {
    }

    private const string Matched = "Microsoft.AspNetCore.Routing.EndpointMatched";
}
