using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Watch;

/// <summary>Sends one message to one webhook: signed, to where it may go, following nobody elsewhere.</summary>
internal sealed class WebhookSender : IDisposable
{
    private readonly HttpClient _client;
    private readonly WebhookSecrets _secrets;
    private readonly IReadOnlyCollection<string> _listed;
    private readonly TimeProvider _clock;

    /// <summary>Takes the settings.</summary>
    public WebhookSender(WebhookSecrets secrets, VerifierOptions options, TimeProvider clock)
    {
        (_secrets, _listed, _clock) = (secrets, options.WebhookTargets, clock);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = Patience,
            // A name is looked up again now and then.
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = 16,
            ConnectCallback = (context, cancellationToken) => WebhookTarget.ConnectAsync(
                context.DnsEndPoint, WebhookTarget.IsListed(context.InitialRequestMessage.RequestUri!, _listed), cancellationToken),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Sends it; null where the receiver took it, otherwise why not.</summary>
    public async Task<Refusal?> SendAsync(StoredWebhook webhook, string id, WebhookMessage message, CancellationToken cancellationToken)
    {
        // The settings may have changed since it was made.
        if (!WebhookTarget.TryRead(webhook.Url, _listed, out var target, out var problem))
        {
            return new Refusal("its address " + problem, IsFinal: false);
        }

        using var request = Request(webhook, target, id, message);
        using var patience = new CancellationTokenSource(Patience, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            // Its body is nobody's business.
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var status = (int)response.StatusCode;
            return response.IsSuccessStatusCode ? null
                : new Refusal($"it answered {status.ToString(CultureInfo.InvariantCulture)}", status is >= 400 and < 500 and not (408 or 425 or 429));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Refusal($"no answer within {Patience.TotalSeconds:0} s", IsFinal: false);
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException or SocketException or AuthenticationException)
        {
            return new Refusal(failed is { InnerException: WebhookRefusedException or AuthenticationException or SocketException } ? failed.InnerException.Message : failed.Message, IsFinal: false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private HttpRequestMessage Request(StoredWebhook webhook, Uri target, string id, WebhookMessage message)
    {
        var now = _clock.GetUtcNow();
        var body = JsonSerializer.SerializeToUtf8Bytes(message with { Timestamp = now }, ProtocolJson.Default.WebhookMessage);
        var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ByteArrayContent(body), Version = HttpVersion.Version11 };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Json);
        request.Headers.TryAddWithoutValidation("User-Agent", "shype-verifier");
        request.Headers.TryAddWithoutValidation("webhook-id", id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", WebhookSecrets.Timestamp(now));
        request.Headers.TryAddWithoutValidation("webhook-signature", _secrets.Sign(webhook.Salt, id, now, body));
        return request;
    }

    /// <summary>Why a receiver did not take a message.</summary>
    /// <param name="Why">In words.</param>
    /// <param name="IsFinal">Whether it says of this message that it never will.</param>
    internal sealed record Refusal(string Why, bool IsFinal);

    /// <summary>How long a receiver may take.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(10);
}
