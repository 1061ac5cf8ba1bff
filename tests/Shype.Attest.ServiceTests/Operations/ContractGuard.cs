using System.Text.Json;
using Shype.Attest.Protocol;
using Xunit;

namespace Shype.Attest.ServiceTests.Operations;

/// <summary>Holds every answer that a test gets against the OpenAPI document: its status, its media type, the type of its problem.</summary>
internal sealed class ContractGuard(HttpMessageHandler inner, Func<Task<byte[]>> read) : DelegatingHandler(inner)
{
    // The same for every verifier of this build.
    private static Task<Contract>? s_contract;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var contract = await (s_contract ??= Contract.ReadAsync(read));
        // What is not described yet is said by ContractTests, once and with its name.
        if (contract.Find(request) is not { } operation || !operation.TryGetProperty("summary", out _))
        {
            return response;
        }

        var said = operation.GetProperty("operationId").GetString();
        // The server refuses these before any route is known.
        if (response.StatusCode is System.Net.HttpStatusCode.RequestHeaderFieldsTooLarge or System.Net.HttpStatusCode.RequestTimeout)
        {
            return response;
        }

        var status = ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(operation.GetProperty("responses").TryGetProperty(status, out var described), $"{said} answered {status}, which its row in Contract/Operations does not say");
        var type = response.Content.Headers.ContentType?.MediaType ?? "";
        if (!contract.Resolve(described).TryGetProperty("content", out var content))
        {
            Assert.True(type.Length == 0, $"{said} answered {status} with {type}, which its row in Contract/Operations does not say");
            return response;
        }

        Assert.True(content.TryGetProperty(type, out var body), $"{said} answered {status} with {type}, which its row in Contract/Operations does not say");
        if (type == MediaTypes.ProblemJson)
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            using var problem = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            var allowed = body.GetProperty("schema").GetProperty("allOf")[1].GetProperty("properties").GetProperty("type").GetProperty("enum").EnumerateArray().Select(item => item.GetString()).ToList();
            Assert.True(allowed.Contains(problem.RootElement.GetProperty("type").GetString()), $"{said} answered {status} with {problem.RootElement.GetProperty("type")}, which its row in Contract/Operations does not say");
        }

        return response;
    }

    private sealed class Contract(JsonElement root)
    {
        public static async Task<Contract> ReadAsync(Func<Task<byte[]>> read) => new(JsonDocument.Parse(await read()).RootElement);

        // The address with fewest places to fill in is the one that the router takes.
        public JsonElement? Find(HttpRequestMessage request)
        {
            var path = request.RequestUri!.AbsolutePath.TrimEnd('/').Split('/');
            var found = root.GetProperty("paths").EnumerateObject()
                .Where(item => item.Name.Split('/') is var parts && parts.Length == path.Length && parts.Zip(path).All(pair => pair.First.StartsWith('{') || string.Equals(pair.First, pair.Second, StringComparison.OrdinalIgnoreCase)))
                .Where(item => item.Value.TryGetProperty(request.Method.Method.ToLowerInvariant(), out _))
                .OrderBy(item => item.Name.Count(letter => letter == '{')).ToList();
            return found is [var first, ..] ? first.Value.GetProperty(request.Method.Method.ToLowerInvariant()) : null;
        }

        public JsonElement Resolve(JsonElement response) => response.TryGetProperty("$ref", out var name)
            ? root.GetProperty("components").GetProperty("responses").GetProperty(name.GetString()!.Split('/')[^1])
            : response;
    }
}
