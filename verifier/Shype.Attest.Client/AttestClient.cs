using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Shype.Attest.Protocol;

namespace Shype.Attest.Client;

/// <summary>
/// Asks a verifier whether a VM can be trusted now, and believes nothing that was not checked: TLS to a pinned certificate, an ES256 signature by a key of the
/// verifier, the nonce of this question, the times, the subject, and that every guarantee that was demanded is proven. One client serves many questions at once.
/// </summary>
public sealed class AttestClient : IDisposable
{
    private readonly AttestClientOptions _options;
    private readonly HttpClient _http;

    /// <summary>A client of one verifier.</summary>
    public AttestClient(AttestClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Address is not { IsAbsoluteUri: true, Scheme: "https", AbsolutePath: "/", Query: "", UserInfo: "" } || options.Certificates.Count == 0)
        {
            throw new ArgumentException("an address of the form https://HOST:PORT and a certificate to know the verifier by are needed", nameof(options));
        }

        _options = options;
        _http = new HttpClient(new SocketsHttpHandler
        {
            // A redirect would carry the token to somebody else.
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = PinnedChain.To(options.Certificates) },
        })
        {
            BaseAddress = options.Address,
            Timeout = options.Timeout,
            MaxResponseContentBufferSize = ProtocolLimits.MaxTokenCharacters,
        };
    }

    /// <summary>Asks about a VM by uuid or name, with a random nonce and no demands.</summary>
    public Task<VmAnswer> AskVmAsync(string vm, CancellationToken cancellationToken) => AskVmAsync(new VmQuestion(vm), cancellationToken);

    /// <summary>Asks about a VM. Throws only what the caller caused: cancellation, a token that cannot be had, a question that cannot be one.</summary>
    public async Task<VmAnswer> AskVmAsync(VmQuestion question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        // "." and ".." are taken for folders by every URL reader, however they are written.
        if (question.Vm.Length is 0 or > ProtocolLimits.MaxNameCharacters || question.Vm.Trim('.').Length == 0)
        {
            throw new ArgumentException($"'{question.Vm}' cannot be a VM's name", nameof(question));
        }

        var nonce = question.Nonce ?? RandomNumberGenerator.GetBytes(RandomNonceBytes);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("v1/attest/vm/" + Uri.EscapeDataString(question.Vm), UriKind.Relative))
        {
            Content = new ByteArrayContent(Body(question, nonce)) { Headers = { ContentType = new MediaTypeHeaderValue(MediaTypes.Json) } },
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypes.EatJwt));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await _options.Token(cancellationToken));
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return !response.IsSuccessStatusCode ? Explain((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, body)
                : response.Content.Headers.ContentType?.MediaType != MediaTypes.EatJwt ? NotUnderstood($"'{response.Content.Headers.ContentType}' is no result")
                : await CheckAsync(question, nonce, Encoding.UTF8.GetString(body), cancellationToken);
        }
        catch (HttpRequestException failed) when (failed.InnerException is AuthenticationException)
        {
            return new VmUnreachable(null, $"{_options.Address} did not show a certificate that chains to the pinned one and names this host");
        }
        catch (Exception failed) when (failed is HttpRequestException or HttpIOException)
        {
            return new VmUnreachable(null, $"{_options.Address} cannot be asked: {failed.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new VmUnreachable(null, $"{_options.Address} did not answer within {_options.Timeout.TotalSeconds} s");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<VmAnswer> CheckAsync(VmQuestion question, byte[] nonce, string token, CancellationToken cancellationToken)
    {
        // Asked after the answer: a verifier that has just changed its key already shows the new one.
        if ((_options.Keys ?? await KeysAsync(cancellationToken)) is not { } keys)
        {
            return new VmUnreachable(null, $"{_options.Address} does not show its keys");
        }

        var expected = new TokenExpectation { Now = _options.Clock.GetUtcNow(), Nonce = nonce, ClockSkew = _options.ClockSkew };
        if (!ResultToken.TryVerify(token, keys, expected, out var result, out var problem))
        {
            return new VmAnswerRefused(problem);
        }

        if (result.Status == TrustTier.Affirming && Objection(result, question) is { } objection)
        {
            return new VmNotTrusted(result, token, [objection]);
        }

        return result.Status == TrustTier.Affirming ? new VmTrusted(result, token) : new VmNotTrusted(result, token, Reasons(result));
    }

    private async Task<JsonWebKeySet?> KeysAsync(CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(new Uri(".well-known/jwks.json", UriKind.Relative), cancellationToken);
        return response.IsSuccessStatusCode && JsonWebKeySet.TryRead(await response.Content.ReadAsByteArrayAsync(cancellationToken), out var keys, out _) ? keys : null;
    }

    private static string? Objection(AttestationResult result, VmQuestion question) =>
        result.Submods.Values.Any(part => part.Vm is { Running: true } vm && (vm.Name == question.Vm || string.Equals(vm.Uuid, question.Vm, StringComparison.OrdinalIgnoreCase)))
            ? DemandedAnswers.Objection(result, question.Guarantees)
            : $"the result is not about '{question.Vm}'";

    private static IReadOnlyList<string> Reasons(AttestationResult result) =>
        [.. result.Submods.Values.SelectMany(part => part.Findings ?? []).Where(finding => finding.Severity != "information").Select(finding => $"{finding.Code}: {finding.Text}").Distinct()];

    private static byte[] Body(VmQuestion question, byte[] nonce)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("nonce", Base64UrlText.Encode(nonce));
            if (question.Guarantees.Count > 0)
            {
                writer.WriteStartArray("guarantees");
                foreach (var demand in question.Guarantees)
                {
                    demand.WriteTo(writer);
                }

                writer.WriteEndArray();
            }

            if (question.Mediators.Count > 0)
            {
                writer.WriteStartArray("mediators");
                foreach (var label in question.Mediators)
                {
                    writer.WriteStringValue(label);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private VmAnswer Explain(int status, string? mediaType, byte[] body)
    {
        if (mediaType != MediaTypes.ProblemJson || !ProblemDocument.TryRead(body, out var problem))
        {
            return NotUnderstood($"status {status} without a reason");
        }

        var detail = problem.Detail ?? problem.Title ?? $"status {status}";
        return problem.Type switch
        {
            ProblemTypes.VmUnknown or ProblemTypes.VmAmbiguous => new VmUnknown(problem.Type, detail),
            ProblemTypes.HostNotConnected or ProblemTypes.HostDidNotAnswer or ProblemTypes.TooMany or ProblemTypes.Internal => new VmUnreachable(problem.Type, detail),
            _ => new VmQuestionRefused(problem.Type, detail),
        };
    }

    private VmUnreachable NotUnderstood(string what) => new(null, $"the answer of {_options.Address} cannot be understood: {what}");

    private const int RandomNonceBytes = 32;
}
