using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Api;

/// <summary>The verifier over HTTPS, known by its certificate. Every failure ends the command with a sentence.</summary>
public sealed class VerifierApi : IDisposable
{
    private readonly HttpClient _client;
    private readonly TrustAnchor _anchor;

    /// <summary>A client.</summary>
    public VerifierApi(Uri address, TrustAnchor anchor, string? token, TimeSpan timeout, SslStreamCertificateContext? certificate = null)
    {
        ArgumentNullException.ThrowIfNull(anchor);
        _anchor = anchor;
        _client = new HttpClient(new SocketsHttpHandler
        {
            // A redirect would carry the token to somebody else.
            AllowAutoRedirect = false,
            UseCookies = false,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = anchor.ToChainPolicy(), ClientCertificateContext = certificate },
        })
        {
            BaseAddress = address,
            Timeout = timeout,
            MaxResponseContentBufferSize = ProtocolLimits.MaxBundleBytes,
        };
        if (token is not null)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <summary>Where it is.</summary>
    public Uri Address => _client.BaseAddress!;

    /// <summary>The path of something that has a name.</summary>
    /// <exception cref="CommandException">No server could have such a name.</exception>
    public static string Path(string collection, string name, string? action = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        // "." and ".." are taken for folders by every URL reader, however they are written.
        return name.Length is > 0 and <= ProtocolLimits.MaxNameCharacters && name.Trim('.').Length > 0
            ? $"{collection}/{Uri.EscapeDataString(name)}{(action is null ? "" : "/" + action)}"
            : throw CommandException.Unusable($"'{name}' cannot be a name: 1 to {ProtocolLimits.MaxNameCharacters} characters, not only dots");
    }

    /// <summary>Asks for a JSON message.</summary>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class => Read(await SendAsync(HttpMethod.Get, path, null, null, cancellationToken), type);

    /// <summary>Sends JSON, or nothing, and reads the answer.</summary>
    public async Task<T> PostAsync<T>(string path, byte[]? json, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class => Read(await SendAsync(HttpMethod.Post, path, json, null, cancellationToken), type);

    /// <summary>Sends a message and reads the answer.</summary>
    public Task<T> PostAsync<TMessage, T>(string path, TMessage message, JsonTypeInfo<TMessage> messageType, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class => PostAsync(path, JsonSerializer.SerializeToUtf8Bytes(message, messageType), type, cancellationToken);

    /// <summary>Takes something away and reads the answer.</summary>
    public async Task<T> DeleteAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class => Read(await SendAsync(HttpMethod.Delete, path, null, null, cancellationToken), type);

    /// <summary>Asks for a verdict's token.</summary>
    public async Task<string> GetTokenAsync(string path, CancellationToken cancellationToken) =>
        Token(await SendAsync(HttpMethod.Get, path, null, null, cancellationToken));

    /// <summary>Asks for a fresh verdict's token.</summary>
    public async Task<string> PostForTokenAsync(string path, byte[] json, CancellationToken cancellationToken) =>
        Token(await SendAsync(HttpMethod.Post, path, json, null, cancellationToken));

    /// <summary>The keys that the verifier signs with.</summary>
    public async Task<JsonWebKeySet> GetKeysAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, path, null, null, cancellationToken);
        return JsonWebKeySet.TryRead(answer.Body, out var keys, out var problem) ? keys : throw NotUnderstood($"its key set: {problem}");
    }

    /// <summary>One exchange; an answer that is no success ends the command.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path from the root.</param>
    /// <param name="json">The body.</param>
    /// <param name="version">The version that is to be replaced (If-Match).</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<ApiAnswer> SendAsync(HttpMethod method, string path, byte[]? json, string? version, CancellationToken cancellationToken) =>
        SendAsync(method, path, MediaTypes.Json, json, version, cancellationToken);

    /// <summary>One exchange with a body of any type; an answer that is no success ends the command.</summary>
    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, string mediaType, byte[]? body, string? version, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        }

        if (version is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", version);
        }

        return await ExplainAsync(async () =>
        {
            using var response = await _client.SendAsync(request, cancellationToken);
            var answer = new ApiAnswer(
                response.Content.Headers.ContentType?.MediaType,
                await response.Content.ReadAsByteArrayAsync(cancellationToken),
                response.Headers.ETag?.ToString(),
                response.Headers.Location?.OriginalString);
            return response.IsSuccessStatusCode ? answer : throw ApiProblem.From(response.StatusCode, answer, Address);
        }, cancellationToken);
    }

    /// <summary>Asks what is there, whatever the answer is: its status, the verifier's time, and what it says in JSON.</summary>
    public Task<(HttpStatusCode Status, DateTimeOffset? Date, byte[] Json)> LookAsync(string path, CancellationToken cancellationToken) => ExplainAsync(async () =>
    {
        using var response = await _client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var json = response.Content.Headers.ContentType?.MediaType == MediaTypes.Json ? await response.Content.ReadAsByteArrayAsync(cancellationToken) : [];
        return (response.StatusCode, response.Headers.Date, json);
    }, cancellationToken);

    /// <summary>Asks for something that may not fit in memory, and writes it to a file; says how many bytes that were.</summary>
    public Task<long> DownloadAsync(string path, string file, Action<long, long?> progress, CancellationToken cancellationToken) => ExplainAsync(async () =>
    {
        using var response = await _client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            var answer = new ApiAnswer(response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsByteArrayAsync(cancellationToken), null);
            throw ApiProblem.From(response.StatusCode, answer, Address);
        }

        try
        {
            await using var output = new FileStream(file, FileMode.Create, FileAccess.Write);
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var chunk = new byte[64 * 1024];
            while (await body.ReadAsync(chunk, cancellationToken) is > 0 and var count)
            {
                await output.WriteAsync(chunk.AsMemory(0, count), cancellationToken);
                progress(output.Position, response.Content.Headers.ContentLength);
            }

            return output.Length;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or ArgumentException or NotSupportedException
            || (e is IOException && e is not HttpIOException))
        {
            throw CommandException.Unusable($"{file}: cannot be written: {e.Message}");
        }
    }, cancellationToken);

    /// <summary>
    /// Changes of hosts' states as they happen, with the number to go on after; the first has a number alone. Ends when the verifier ends it, or with
    /// the connection.
    /// </summary>
    public async IAsyncEnumerable<(long Number, HostEvent? Change)> EventsAsync(long? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = "v1/events" + (after is { } last ? "?after=" + last.ToString(CultureInfo.InvariantCulture) : "");
        using var response = await ExplainAsync(() => _client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken), cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            var answer = new ApiAnswer(response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsByteArrayAsync(cancellationToken), null);
            throw ApiProblem.From(response.StatusCode, answer, Address);
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var events = SseParser.Create(stream).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await ExplainAsync(() => events.MoveNextAsync().AsTask(), cancellationToken))
        {
            HostEvent? change = null;
            if (!long.TryParse(events.Current.EventId, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                throw NotUnderstood("an event without a number");
            }

            if (events.Current.EventType == "host-state" && !ProtocolJson.TryRead(Encoding.UTF8.GetBytes(events.Current.Data), ProtocolJson.Default.HostEvent, out change, out var problem))
            {
                throw NotUnderstood(problem.ToString());
            }

            yield return (number, change);
        }
    }

    private async Task<T> ExplainAsync<T>(Func<Task<T>> exchange, CancellationToken cancellationToken)
    {
        try
        {
            return await exchange();
        }
        catch (HttpRequestException e) when (e.InnerException is AuthenticationException)
        {
            throw CommandException.NotAsked(
                $"{Address} did not show a certificate that chains to {_anchor.File} and names this host: either --ca is of another verifier, or somebody stands in between");
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            throw CommandException.NotAsked($"{Address} cannot be asked: {e.Message}; does shype-verifier run there?");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw CommandException.NotAsked($"{Address} did not answer within {_client.Timeout.TotalSeconds} s; --timeout waits longer");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    /// <summary>The JSON message that an answer carries.</summary>
    public T Read<T>(ApiAnswer answer, JsonTypeInfo<T> type)
        where T : class => ProtocolJson.TryRead(answer.Body, type, out var message, out var problem) ? message : throw NotUnderstood(problem.ToString());

    private string Token(ApiAnswer answer) =>
        answer.MediaType == MediaTypes.EatJwt ? Encoding.UTF8.GetString(answer.Body).Trim() : throw NotUnderstood($"{MediaTypes.EatJwt} was asked, '{answer.MediaType}' came");

    private CommandException NotUnderstood(string what) =>
        CommandException.NotAsked($"the answer of {Address} cannot be understood: {what}; are client and verifier of one version?");
}

/// <summary>A successful answer, or the body of one that is none.</summary>
/// <param name="MediaType">Its media type.</param>
/// <param name="Body">Its body.</param>
/// <param name="Version">Its version (ETag).</param>
/// <param name="Location">Where what was made is, as it was written.</param>
public sealed record ApiAnswer(string? MediaType, byte[] Body, string? Version, string? Location = null);
