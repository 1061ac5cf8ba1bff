using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.OpenApi;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Api;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Contract;

/// <summary>
/// The OpenAPI document, made once by the framework from the routes. Anybody may read it: it says nothing of this installation, the program's sources say the
/// same, and whoever writes a client needs it before he has a token.
/// </summary>
internal sealed class ContractDocument([FromKeyedServices(ContractDocument.Name)] IOpenApiDocumentProvider provider)
{
    private const string Name = "v1";
    private const string Scheme = "token";
    private readonly Lock _lock = new();
    private Task<byte[]>? _made;

    /// <summary>Sets it up.</summary>
    public static void Add(IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Transient<IApiDescriptionProvider, OperationDescriptions>());
        services.AddSingleton<ContractDocument>();
        // The messages as they are written and read, so that the schemas say what is true.
        services.ConfigureHttpJsonOptions(json =>
        {
            var options = json.SerializerOptions;
            var ours = ProtocolJson.Default.Options;
            (options.PropertyNamingPolicy, options.NumberHandling, options.UnmappedMemberHandling) = (ours.PropertyNamingPolicy, JsonNumberHandling.Strict, ours.UnmappedMemberHandling);
            (options.RespectNullableAnnotations, options.RespectRequiredConstructorParameters) = (true, true);
            options.TypeInfoResolverChain.Clear();
            options.TypeInfoResolverChain.Add(ProtocolJson.Default);
            options.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver());
        });
        services.AddOpenApi(Name, openApi =>
        {
            openApi.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            openApi.AddDocumentTransformer((document, _, _) => Complete(document));
            openApi.AddOperationTransformer((operation, context, _) => Complete(operation, context));
            openApi.AddSchemaTransformer((schema, context, _) => Complete(schema, context));
        });
    }

    /// <summary>The route.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/openapi.json", async (ContractDocument document) => Answers.Bytes(await document.ReadAsync(), MediaTypes.Json))
        .AllowAnonymous().RequireRateLimiting(RateLimits.Public);

    /// <summary>The document in JSON, indented, with a newline at its end.</summary>
    public Task<byte[]> ReadAsync()
    {
        lock (_lock)
        {
            return _made ??= MakeAsync();
        }
    }

    private async Task<byte[]> MakeAsync()
    {
        var document = await provider.GetOpenApiDocumentAsync(CancellationToken.None);
        var json = JsonNode.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1))!;
        return [.. JsonSerializer.SerializeToUtf8Bytes(json, Written), (byte)'\n'];
    }

    private static Task Complete(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "shype-verifier",
            Version = "1",
            Description = "Is this virtual machine the image I think it is, on the hypervisor I think it is, under a policy that keeps it apart? Refusals are problems (RFC 9457); branch on their type.",
            License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
        };
        // Relative to where the document was read: the address that the server listens at is nobody's business.
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A token of the state folder, one that an administrator made, or a host's own." },
        };
        return Task.CompletedTask;
    }

    private static Task Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var role = metadata.OfType<IAllowAnonymous>().Any() ? null : metadata.OfType<IAuthorizeData>().LastOrDefault(data => data.Policy is not null)?.Policy;
        operation.Security = role is null ? [] : [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
        operation.Description = role switch
        {
            null => "Anybody may.",
            Roles.Agent => "The agent of that host.",
            Roles.RelyingParty => "Role: relying-party, or operator.",
            _ => $"Role: {role}, or one that may more.",
        };
        var row = context.Description.Properties.TryGetValue(OperationDescriptions.RowKey, out var found) ? (Operation)found : null;
        foreach (var (name, place) in (row?.Headers ?? []).Select(name => (name, ParameterLocation.Header)).Concat((row?.Queries ?? []).Select(name => (name, ParameterLocation.Query))))
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter { Name = name, In = place, Required = place == ParameterLocation.Header, Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
        }

        foreach (var (status, types) in (IReadOnlyDictionary<int, IReadOnlyList<string>>)context.Description.Properties[OperationDescriptions.RefusalsKey])
        {
            var key = status.ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (operation.Responses?[key] is OpenApiResponse { Content: { } content })
            {
                operation.Responses[key] = row is { IsAnswerAlso503: true } && status == StatusCodes.Status503ServiceUnavailable
                    ? Also(operation.Responses["200"], content[MediaTypes.ProblemJson].Schema!, types)
                    : Shared(context.Document!, content[MediaTypes.ProblemJson].Schema!, types);
            }
        }

        return Task.CompletedTask;
    }

    private static OpenApiResponse Also(IOpenApiResponse answer, IOpenApiSchema problem, IReadOnlyList<string> types)
    {
        var content = new Dictionary<string, OpenApiMediaType>(answer.Content!, StringComparer.Ordinal) { [MediaTypes.ProblemJson] = new OpenApiMediaType { Schema = Narrowed(problem, types) } };
        return new OpenApiResponse { Description = "No, in the same form", Content = content };
    }

    // Written once and referred to: the same few refusals stand at nearly every route.
    private static OpenApiResponseReference Shared(OpenApiDocument document, IOpenApiSchema problem, IReadOnlyList<string> types)
    {
        var words = types.Select(type => type[ProblemTypes.Prefix.Length..]).ToList();
        var name = string.Join("_or_", words);
        if (document.Components?.Responses?.ContainsKey(name) != true)
        {
            document.AddComponent(name, new OpenApiResponse
            {
                Description = string.Join(", ", words),
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { [MediaTypes.ProblemJson] = new OpenApiMediaType { Schema = Narrowed(problem, types) } },
            });
        }

        return new OpenApiResponseReference(name, document);
    }

    private static OpenApiSchema Narrowed(IOpenApiSchema problem, IReadOnlyList<string> types) => new()
    {
        AllOf = [problem, new OpenApiSchema { Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal) { ["type"] = new OpenApiSchema { Enum = [.. types.Select(type => (JsonNode)type)] } } }],
    };

    private static Task Complete(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        if (context.JsonPropertyInfo?.CustomConverter is Base64UrlConverter)
        {
            (schema.Type, schema.Format) = (JsonSchemaType.String, "base64url");
        }

        // A problem may have members that this version does not know (RFC 9457 3.2).
        if (context.JsonTypeInfo.Type == typeof(ProblemDocument))
        {
            schema.AdditionalPropertiesAllowed = true;
        }

        return Task.CompletedTask;
    }

    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
