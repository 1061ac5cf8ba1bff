using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Shype.Attest.Verifier.Contract;
using Xunit;

namespace Shype.Attest.ServiceTests.Operations;

/// <summary>The OpenAPI document. That answers are as it says is checked at every answer of every test (<see cref="ContractGuard"/>).</summary>
public sealed class ContractTests : IAsyncLifetime
{
    private const string File = "docs/openapi.json";

    // What is served beside the interface: for Prometheus, and for addresses that do not exist.
    private static readonly string[] NoPartOfIt = ["* /metrics", "* {*path:nonfile}"];

    private RunningVerifier _verifier = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _verifier = await RunningVerifier.StartAsync();

    public ValueTask DisposeAsync() => _verifier.DisposeAsync();

    [Fact]
    public async Task The_document_that_is_served_is_the_one_that_is_checked_in()
    {
        using var response = await _verifier.Anonymous().GetAsync("/openapi.json", Now);
        Golden.MatchFile(File, await response.Content.ReadAsStringAsync(Now));
    }

    [Fact]
    public async Task Every_route_says_what_it_does_and_every_row_has_its_route()
    {
        using var document = JsonDocument.Parse(await _verifier.Service<ContractDocument>().ReadAsync());
        List<string> described = [], problems = [];
        foreach (var (path, method, operation) in OperationsOf(document.RootElement))
        {
            described.Add($"{method.ToUpperInvariant()} {path}");
            if (!operation.TryGetProperty("summary", out _) || !operation.TryGetProperty("operationId", out _))
            {
                problems.Add($"{method.ToUpperInvariant()} {path} has no summary: give it a row in Contract/Operations");
            }
            else if (!operation.GetProperty("responses").EnumerateObject().Any(response => response.Name.StartsWith('2')))
            {
                problems.Add($"{method.ToUpperInvariant()} {path} does not say what it answers");
            }
        }

        problems.AddRange(Routes().Except(NoPartOfIt).Except(described).Select(route => route + " is not in the document"));
        problems.AddRange(Shype.Attest.Verifier.Contract.Operations.All.Keys.Select(row => row.TrimEnd('/')).Except(Routes()).Select(row => row + " has a row in Contract/Operations and no route"));
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public async Task Operations_have_ids_of_their_own_and_what_needs_a_token_says_so()
    {
        using var document = JsonDocument.Parse(await _verifier.Service<ContractDocument>().ReadAsync());
        var operations = OperationsOf(document.RootElement).ToList();
        Assert.Equal(operations.Count, operations.Select(operation => operation.Operation.GetProperty("operationId").GetString()).Distinct().Count());
        Assert.All(operations, found => Assert.Equal(
            found.Operation.GetProperty("responses").TryGetProperty("401", out _), found.Operation.TryGetProperty("security", out var security) && security.GetArrayLength() == 1));
    }

    [Fact]
    public async Task A_stranger_finds_the_document_valid()
    {
        var js = Path.Combine(TestData.Root, "tests", "js");
        Assert.SkipUnless(Directory.Exists(Path.Combine(js, "node_modules", "@apidevtools")), "tests/js/node_modules is absent: npm ci --prefix tests/js");
        using var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(js, "validate-openapi.mjs"), Path.Combine(TestData.Root, File)]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(Now), node.StandardError.ReadToEndAsync(Now));
        await node.WaitForExitAsync(Now);
        Assert.True(node.ExitCode == 0, await errors);
        Assert.StartsWith("3.1", await output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_document_says_nothing_of_this_installation()
    {
        var text = Encoding.UTF8.GetString(await _verifier.Service<ContractDocument>().ReadAsync());
        Assert.DoesNotContain(_verifier.Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), text, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", text, StringComparison.Ordinal);
        Assert.DoesNotContain(_verifier.Folder, text, StringComparison.Ordinal);
    }

    private IEnumerable<string> Routes() =>
        from endpoint in _verifier.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        where endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>()?.ExcludeFromDescription != true
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"]
        select $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/')}";

    private static IEnumerable<(string Path, string Method, JsonElement Operation)> OperationsOf(JsonElement root) =>
        from path in root.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select (path.Name, operation.Name, operation.Value);
}
