using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;
using Shype.Attest.Verifier.Watch;

namespace Shype.Attest.Verifier.Api;

/// <summary>Who is told of changes of hosts' states: decided by administrators.</summary>
internal static class WebhooksApi
{
    /// <summary>The routes.</summary>
    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/webhooks").RequireAuthorization(Roles.Admin);
        group.MapGet("/", ListAsync);
        group.MapPost("/", AddAsync);
        group.MapDelete("/{name}", RemoveAsync);
        group.MapPost("/{name}/test", TestAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IWebhookStore store) => Answers.Json(
        new WebhookList { Webhooks = [.. (await store.ReadWebhooksAsync(context.RequestAborted)).Select(Info)] }, ProtocolJson.Default.WebhookList);

    private static async Task<IResult> AddAsync(HttpContext context, IWebhookStore store, WebhookSecrets secrets, VerifierOptions options, TimeProvider clock)
    {
        var message = await RequestBody.ReadAsync(context, ProtocolJson.Default.WebhookRequest);
        if (!message.TryGet(out var request, out var problem))
        {
            return problem;
        }

        if (!IsName(request.Name))
        {
            return Problems.Malformed("$.name", $"has 1 to {MaxNameCharacters} characters that are seen, without a blank at either end and without '/'");
        }

        if (!WebhookTarget.TryRead(request.Url, options.WebhookTargets, out _, out var refused))
        {
            return Problems.Malformed("$.url", refused);
        }

        if (request.States.Distinct().Count() != request.States.Count)
        {
            return Problems.Malformed("$.states", "names a state twice");
        }

        var salt = WebhookSecrets.NewSalt();
        var webhook = new StoredWebhook
        {
            Name = request.Name, Url = request.Url, States = request.States, Salt = salt, KeyId = secrets.KeyId, Made = clock.GetUtcNow(), Actor = Caller.Name(context),
        };
        return await store.AddWebhookAsync(webhook, WatchLimits.MaxWebhooks, context.RequestAborted)
            ? Answers.Json(Info(webhook) with { Secret = secrets.Text(salt) }, ProtocolJson.Default.WebhookInfo)
            : Problems.Of(StatusCodes.Status409Conflict, ProblemTypes.WebhookRefused,
                $"Another webhook has this name, or there are {WatchLimits.MaxWebhooks} already: shype webhook list shows them.");
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, string name, IWebhookStore store, TimeProvider clock) =>
        await store.RemoveWebhookAsync(name, Caller.Name(context), clock.GetUtcNow(), context.RequestAborted) ? await ListAsync(context, store) : Unknown;

    private static async Task<IResult> TestAsync(HttpContext context, string name, IWebhookStore store, WebhookDeliveries deliveries)
    {
        if ((await store.ReadWebhooksAsync(context.RequestAborted)).FirstOrDefault(webhook => webhook.Name == name) is not { } webhook)
        {
            return Unknown;
        }

        var refusal = await deliveries.TestAsync(webhook, context.RequestAborted);
        return Answers.Json(new WebhookTest { Delivered = refusal is null, Error = refusal?.Why }, ProtocolJson.Default.WebhookTest);
    }

    private static WebhookInfo Info(StoredWebhook webhook) => new()
    {
        Name = webhook.Name,
        Url = webhook.Url,
        States = webhook.States,
        Made = webhook.Made,
        By = webhook.Actor,
        After = webhook.After,
        Delivered = webhook.Delivered,
        Dropped = webhook.Dropped,
        LastDelivered = webhook.DeliveredAt,
        LastError = webhook.LastError,
    };

    // Audit and terminal show it as it is.
    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameCharacters && name.Trim() == name && TextRules.Escape(name) == name && !name.Contains('/', StringComparison.Ordinal);

    private static ProblemResult Unknown => Problems.Of(StatusCodes.Status404NotFound, ProblemTypes.NotFound, "No webhook has this name: shype webhook list shows them.");

    private const int MaxNameCharacters = 64;
}
