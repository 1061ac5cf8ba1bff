using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Shype.Attest.Agent.Configuration;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;

namespace Shype.Attest.Agent.Http;

/// <summary>The verifier's HTTP API as the agent calls it. Not a byte is sent before TLS has proven who is there; answers are bounded.</summary>
public sealed class VerifierClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly VerifierOptions _options;

    /// <summary>A client of this verifier.</summary>
    /// <param name="options">Where it is and whom to trust.</param>
    /// <param name="token">The host's bearer token; null before enrolment.</param>
    public VerifierClient(VerifierOptions options, string? token)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        var handler = new SocketsHttpHandler
        {
            SslOptions = PinnedTrust.Of(options.CaFile),
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy would be told where to go before anything was proven.
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
        };
        _http = new HttpClient(handler)
        {
            BaseAddress = options.Url,
            Timeout = RequestTimeout,
            MaxResponseContentBufferSize = ProtocolLimits.MaxTokenCharacters,
        };
        _http.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Begins an enrolment.</summary>
    public Task<EnrolmentChallenge> EnrolAsync(EnrolmentRequest request, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Post, "v1/enrol", Json(request, ProtocolJson.Default.EnrolmentRequest), ProtocolJson.Default.EnrolmentChallenge, cancellationToken);

    /// <summary>Answers the credential challenge of an enrolment.</summary>
    public Task<EnrolmentResult> ActivateAsync(string enrolmentId, EnrolmentActivation activation, CancellationToken cancellationToken) =>
        AskAsync(
            HttpMethod.Post,
            $"v1/enrol/{Uri.EscapeDataString(enrolmentId)}/activate",
            Json(activation, ProtocolJson.Default.EnrolmentActivation),
            ProtocolJson.Default.EnrolmentResult,
            cancellationToken);

    /// <summary>One challenge, at once.</summary>
    public Task<Challenge> ChallengeAsync(string hostId, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Get, $"v1/hosts/{Uri.EscapeDataString(hostId)}/challenge", null, ProtocolJson.Default.Challenge, cancellationToken);

    /// <summary>Challenges as the verifier sends them, until the stream ends.</summary>
    public async IAsyncEnumerable<Challenge> ChallengesAsync(string hostId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"v1/hosts/{Uri.EscapeDataString(hostId)}/challenges");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypes.EventStream));
        using var response = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (response.Content.Headers.ContentType?.MediaType != MediaTypes.EventStream)
        {
            throw new VerifierException($"{_options.Url} answered with {Shown(response.Content.Headers.ContentType?.MediaType)} where challenges were asked for");
        }

        await foreach (var challenge in ChallengeStream.ReadAsync(response, cancellationToken).ConfigureAwait(false))
        {
            yield return challenge;
        }
    }

    /// <summary>What the verifier has of a log that is brought in pieces.</summary>
    public Task<StagedLog> StagedAsync(string hostId, string kind, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Get, $"v1/hosts/{Uri.EscapeDataString(hostId)}/logs/{kind}", null, ProtocolJson.Default.StagedLog, cancellationToken);

    /// <summary>Brings a piece of a log; the answer says what is there then.</summary>
    public Task<StagedLog> StageAsync(string hostId, string kind, string bootId, ulong first, ulong next, ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        var body = new ReadOnlyMemoryContent(piece);
        body.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.LogPiece);
        var path = string.Create(CultureInfo.InvariantCulture, $"v1/hosts/{Uri.EscapeDataString(hostId)}/logs/{kind}?boot={Uri.EscapeDataString(bootId)}&first={first}&next={next}");
        return AskAsync(HttpMethod.Post, path, body, ProtocolJson.Default.StagedLog, cancellationToken);
    }

    /// <summary>Sends evidence; the answer is the result token, good or bad.</summary>
    public async Task<string> SendEvidenceAsync(string hostId, byte[] evidence, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/hosts/{Uri.EscapeDataString(hostId)}/evidence");
        request.Content = new ByteArrayContent(evidence);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.CmwCbor);
        using var response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
        return response.Content.Headers.ContentType?.MediaType == MediaTypes.EatJwt
            ? await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)
            : throw new VerifierException($"{_options.Url} answered evidence with {Shown(response.Content.Headers.ContentType?.MediaType)}");
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<T> AskAsync<T>(HttpMethod method, string path, HttpContent? body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        using var response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return ProtocolJson.TryRead(bytes, type, out var message, out var problem)
            ? message
            : throw new VerifierException($"{_options.Url}{path} answered with what is no {typeof(T).Name}: {problem}");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        try
        {
            var response = await _http.SendAsync(request, completion, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                throw await RefusalAsync(response, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (HttpRequestException e)
        {
            throw new VerifierException(Explain(e), e);
        }
        catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new VerifierException($"{_options.Url} did not answer within {RequestTimeout.TotalSeconds:0} s", e);
        }
    }

    private static async Task<VerifierException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        ProblemDocument? problem = null;
        if (response.Content.Headers.ContentType?.MediaType == MediaTypes.ProblemJson && response.Content.Headers.ContentLength is null or <= ProtocolLimits.MaxJsonBytes)
        {
            await response.Content.LoadIntoBufferAsync(ProtocolLimits.MaxJsonBytes, cancellationToken).ConfigureAwait(false);
            ProblemDocument.TryRead(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false), out problem);
        }

        var said = Shown(problem?.Detail ?? problem?.Title ?? "without a reason");
        var findings = string.Concat((problem?.Findings ?? []).Select(finding => $"\n  {Shown(finding.Code)}: {Shown(finding.Text)}"));
        return new VerifierException($"the verifier answered {(int)response.StatusCode}: {said}{findings}", problem);
    }

    private string Explain(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.SecureConnectionError =>
            $"{_options.Url} did not prove that it is the verifier, nothing was sent: {Shown(e.InnerException?.Message ?? e.Message)} (trusted are only the certificates in {_options.CaFile})",
        HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError => $"{_options.Url} cannot be reached: {Shown(e.Message)}",
        _ => $"asking {_options.Url} failed: {Shown(e.Message)}",
    };

    private static string Shown(string? text) => text is null ? "nothing" : TextRules.Escape(text);

    private static ByteArrayContent Json<T>(T message, JsonTypeInfo<T> type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(message, type));
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Json);
        return content;
    }

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(60);
}
