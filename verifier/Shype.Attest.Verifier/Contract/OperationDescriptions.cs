using System.Collections.Frozen;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.RateLimiting;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Contract;

/// <summary>
/// Puts the rows of <see cref="Operations"/> and what follows from a route's roles, limits and body into the framework's descriptions, from which the
/// document is made. Not as metadata of the endpoints: a body declared there changes how requests are routed.
/// </summary>
internal sealed class OperationDescriptions : IApiDescriptionProvider
{
    /// <summary>The statuses with problem types, for the document.</summary>
    public const string RefusalsKey = "shype.refusals";

    /// <summary>The row of a route, for the document.</summary>
    public const string RowKey = "shype.row";

    // After the framework's own, which makes the descriptions (-1100).
    /// <inheritdoc/>
    public int Order => -1000;

    /// <inheritdoc/>
    public void OnProvidersExecuting(ApiDescriptionProviderContext context)
    {
        foreach (var description in context.Results)
        {
            Describe(description, Operations.All.GetValueOrDefault(RouteOf(description)));
        }
    }

    /// <inheritdoc/>
    public void OnProvidersExecuted(ApiDescriptionProviderContext context)
    {
    }

    /// <summary>Method and pattern, as rows name them.</summary>
    public static string RouteOf(ApiDescription description) => $"{description.HttpMethod} /{description.RelativePath}";

    private static void Describe(ApiDescription description, Operation? row)
    {
        var metadata = description.ActionDescriptor.EndpointMetadata;
        if (row is not null)
        {
            description.ActionDescriptor.EndpointMetadata = [.. metadata, new EndpointNameMetadata(row.Id), new EndpointSummaryAttribute(row.Summary), new TagsAttribute(TagOf(row))];
            description.Properties[RowKey] = row;
            AddRequest(description, row);
            description.SupportedResponseTypes.Clear();
            AddAnswers(description, row);
        }

        var refusals = RefusalsOf(description, metadata, row).GroupBy(refusal => refusal.Status).ToFrozenDictionary(
            group => group.Key, group => (IReadOnlyList<string>)[.. group.Select(refusal => refusal.Type).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
        description.Properties[RefusalsKey] = refusals;
        foreach (var status in refusals.Keys.Order())
        {
            description.SupportedResponseTypes.Add(new ApiResponseType
            {
                StatusCode = status, Type = typeof(ProblemDocument), ApiResponseFormats = [new ApiResponseFormat { MediaType = MediaTypes.ProblemJson }],
            });
        }

        description.RelativePath = description.RelativePath?.TrimEnd('/');
    }

    private static void AddRequest(ApiDescription description, Operation row)
    {
        if (row.Request is { } body)
        {
            description.ParameterDescriptions.Add(new ApiParameterDescription { Name = "body", Type = body.Type, Source = BindingSource.Body, IsRequired = !row.IsRequestOptional });
            description.SupportedRequestFormats.Add(new ApiRequestFormat { MediaType = body.MediaType });
        }
    }

    private static void AddAnswers(ApiDescription description, Operation row)
    {
        foreach (var answers in row.Answers.GroupBy(answer => answer.Status))
        {
            // One schema for all media types of a status is what the framework writes; the one that is no plain text says more.
            description.SupportedResponseTypes.Add(new ApiResponseType
            {
                StatusCode = answers.Key,
                Type = answers.Last().Type,
                ApiResponseFormats = [.. answers.Where(answer => answer.MediaType.Length > 0).Select(answer => new ApiResponseFormat { MediaType = answer.MediaType })],
            });
        }
    }

    private static IEnumerable<(int Status, string Type)> RefusalsOf(ApiDescription description, IList<object> metadata, Operation? row)
    {
        if (row is { Queries.Count: > 0 } || description.ParameterDescriptions.Any(parameter => parameter.Source == BindingSource.Query))
        {
            yield return (StatusCodes.Status400BadRequest, ProblemTypes.Malformed);
        }

        if (!metadata.OfType<IAllowAnonymous>().Any())
        {
            yield return (StatusCodes.Status401Unauthorized, ProblemTypes.Unauthorized);
            yield return (StatusCodes.Status403Forbidden, ProblemTypes.Forbidden);
            // Too many credentials that nobody knows.
            yield return (StatusCodes.Status429TooManyRequests, ProblemTypes.TooMany);
        }
        else if (metadata.OfType<EnableRateLimitingAttribute>().Any())
        {
            yield return (StatusCodes.Status429TooManyRequests, ProblemTypes.TooMany);
        }

        if (row?.Request is not null)
        {
            yield return (StatusCodes.Status400BadRequest, ProblemTypes.Malformed);
            yield return (StatusCodes.Status413PayloadTooLarge, ProblemTypes.LimitExceeded);
            yield return (StatusCodes.Status415UnsupportedMediaType, ProblemTypes.UnsupportedMediaType);
        }

        foreach (var refusal in row?.Refusals ?? [])
        {
            yield return refusal;
        }

        foreach (var status in Ours)
        {
            yield return (status, ProblemTypes.Internal);
        }
    }

    // /v1/hosts/{name}: hosts.
    private static string TagOf(Operation row) => row.Route.Split('/') is [_, "v1", var topic, ..] ? topic : "service";

    private static readonly int[] Ours = [StatusCodes.Status500InternalServerError, StatusCodes.Status503ServiceUnavailable, StatusCodes.Status504GatewayTimeout];
}
