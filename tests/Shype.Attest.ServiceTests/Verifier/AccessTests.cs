using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>Every route and every role (threat row R05). A route without a row here fails the test.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private const string Nobody = "nobody", Wrong = "wrong token", Expired = "expired token", OwnAgent = "agent of the host", OtherAgent = "agent of another host",
        RelyingParty = "relying party", Viewer = "viewer", Operator = "operator", Admin = "admin";

    private static readonly string[] Everybody = [Nobody, Wrong, Expired, OwnAgent, OtherAgent, RelyingParty, Viewer, Operator, Admin];
    private static readonly string[] Askers = [RelyingParty, Operator, Admin];
    private static readonly string[] Lookers = [Viewer, Operator, Admin];
    private static readonly string[] Changers = [Operator, Admin];

    // Who is admitted; all others are refused.
    private static readonly Dictionary<string, string[]> Table = new(StringComparer.Ordinal)
    {
        ["POST /v1/enrol/"] = Everybody,
        ["POST /v1/enrol/{id}/activate"] = Everybody,
        ["GET /v1/hosts/{id}/challenge"] = [OwnAgent],
        ["GET /v1/hosts/{id}/challenges"] = [OwnAgent],
        ["POST /v1/hosts/{id}/evidence"] = [OwnAgent],
        ["GET /v1/hosts/{id}/logs/{kind}"] = [OwnAgent],
        ["POST /v1/hosts/{id}/logs/{kind}"] = [OwnAgent],
        ["POST /v1/attest/vm/{name}"] = Askers,
        ["POST /v1/attest/host/{name}"] = Askers,
        ["POST /challenge-response/v1/newSession"] = [OwnAgent, OtherAgent, .. Askers],
        ["POST /challenge-response/v1/session/{id}"] = [OwnAgent, OtherAgent, .. Askers],
        ["GET /challenge-response/v1/session/{id}"] = [OwnAgent, OtherAgent, .. Askers],
        ["DELETE /challenge-response/v1/session/{id}"] = [OwnAgent, OtherAgent, .. Askers],
        ["GET /.well-known/veraison/verification"] = Everybody,
        ["GET /.well-known/cose-keys"] = Everybody,
        ["GET /v1/hosts/"] = Lookers,
        ["GET /v1/hosts/{name}"] = Lookers,
        ["GET /v1/hosts/{name}/verdict"] = Lookers,
        ["POST /v1/hosts/{name}/approve"] = Changers,
        ["POST /v1/hosts/{name}/revoke"] = Changers,
        ["GET /v1/references/"] = Lookers,
        ["PUT /v1/references/"] = Changers,
        ["GET /v1/references/in-force"] = Lookers,
        ["GET /v1/references/history"] = Lookers,
        ["GET /v1/references/bundles"] = Lookers,
        ["POST /v1/references/bundles"] = Changers,
        ["GET /v1/references/bundles/{name}"] = Lookers,
        ["GET /v1/references/bundles/{name}/signed"] = Lookers,
        ["DELETE /v1/references/bundles/{name}"] = Changers,
        ["GET /v1/references/signers"] = Lookers,
        ["POST /v1/references/signers"] = Changers,
        ["DELETE /v1/references/signers/{name}"] = Changers,
        ["GET /v1/hosts/{name}/measured"] = Lookers,
        ["GET /v1/appraisal-policies/"] = Lookers,
        ["GET /v1/appraisal-policies/{group}"] = Lookers,
        ["PUT /v1/appraisal-policies/{group}"] = Changers,
        ["POST /v1/hosts/{name}/group"] = Changers,
        ["GET /v1/hosts/{name}/bundle"] = Changers,
        ["GET /v1/vms/{name}/bundle"] = Changers,
        ["GET /v1/trust/"] = Lookers,
        ["POST /v1/trust/"] = Changers,
        ["POST /v1/trust/{id}/on"] = Changers,
        ["DELETE /v1/trust/{id}"] = Changers,
        ["POST /v1/hosts/{name}/replace"] = Changers,
        ["GET /v1/admissions/"] = Lookers,
        ["POST /v1/admissions/invitations"] = Changers,
        ["POST /v1/admissions/keys"] = Changers,
        ["DELETE /v1/admissions/{id}"] = Changers,
        ["GET /v1/audit/"] = Lookers,
        ["GET /v1/audit/head"] = Lookers,
        ["GET /v1/audit/verify"] = Lookers,
        ["GET /v1/audit/export"] = Lookers,
        ["GET /v1/tokens/"] = [Admin],
        ["POST /v1/tokens/"] = [Admin],
        ["DELETE /v1/tokens/{name}"] = [Admin],
        ["GET /v1/hosts/{name}/history"] = Lookers,
        ["GET /v1/hosts/{name}/watch"] = Lookers,
        ["PUT /v1/hosts/{name}/watch"] = Changers,
        ["GET /v1/groups/{group}/watch"] = Lookers,
        ["PUT /v1/groups/{group}/watch"] = Changers,
        ["GET /v1/admissions/refused"] = Lookers,
        ["GET /v1/events"] = Lookers,
        ["GET /v1/webhooks/"] = [Admin],
        ["POST /v1/webhooks/"] = [Admin],
        ["DELETE /v1/webhooks/{name}"] = [Admin],
        ["POST /v1/webhooks/{name}/test"] = [Admin],
        ["GET /v1/keys/"] = [Admin],
        ["POST /v1/keys/"] = [Admin],
        ["DELETE /v1/keys/{keyId}"] = [Admin],
        ["GET /.well-known/jwks.json"] = Everybody,
        ["GET /.well-known/audit-jwks.json"] = Everybody,
        ["GET /healthz"] = Everybody,
        ["GET /readyz"] = Everybody,
        ["GET /healthz/live"] = Everybody,
        ["GET /healthz/ready"] = Everybody,
        ["GET /openapi.json"] = Everybody,
        ["* /metrics"] = Lookers,
        ["* {*path:nonfile}"] = Everybody,
    };

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private RunningVerifier _verifier = null!;

    public static TheoryData<string> Rows => new(Table.Keys);

    public async ValueTask InitializeAsync() => _verifier = await RunningVerifier.StartAsync(clock: _clock);

    public ValueTask DisposeAsync() => _verifier.DisposeAsync();

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task R05_a_route_admits_exactly_the_roles_of_its_row(string route)
    {
        var host = await _verifier.AddHostAsync("alpha");
        var (_, other) = await _verifier.AddHostAsync("beta");
        foreach (var role in Everybody)
        {
            await CheckAsync(route, role, host, other);
        }
    }

    private async Task CheckAsync(string route, string role, (string Id, string Token) host, string other)
    {
        var client = role switch
        {
            Nobody => _verifier.Anonymous(),
            Wrong => _verifier.Client("wrong"),
            OwnAgent => _verifier.Client(host.Token),
            OtherAgent => _verifier.Client(other),
            Expired => await ExpiredAsync(),
            RelyingParty => _verifier.RelyingParty(),
            Viewer => _verifier.Client(await TokenAsync("watcher", "viewer")),
            Operator => _verifier.Operator(),
            _ => _verifier.Admin(),
        };
        var parts = route.Split(' ', 2);
        var address = parts[1].Replace("{id}", host.Id, StringComparison.Ordinal).Replace("{name}", "alpha", StringComparison.Ordinal)
            .Replace("{*path:nonfile}", "/none", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(parts[0] == "*" ? HttpMethod.Get : new HttpMethod(parts[0]), address);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        if (Table[route].Contains(role))
        {
            Assert.False(response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, $"{role} is refused: {response.StatusCode}");
            return;
        }

        var (status, type) = role is Nobody or Wrong or Expired
            ? (HttpStatusCode.Unauthorized, ProblemTypes.Unauthorized)
            : (HttpStatusCode.Forbidden, ProblemTypes.Forbidden);
        Assert.True(status == response.StatusCode, $"{role}: {response.StatusCode}");
        Assert.Equal(type, (await Answer.ProblemAsync(response)).Type);
    }

    [Fact]
    public void R05_every_route_has_a_row_and_says_who_may_use_it()
    {
        // The dashboard's pages have a table of their own: DashboardAccessTests.
        var endpoints = _verifier.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => !endpoint.RoutePattern.RawText!.StartsWith("/dashboard", StringComparison.Ordinal)).ToList();
        Assert.Equal(Table.Keys.Order(StringComparer.Ordinal), endpoints.SelectMany(Names).Order(StringComparer.Ordinal));
        Assert.All(endpoints, endpoint => Assert.True(
            endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null || endpoint.Metadata.GetMetadata<IAuthorizeData>()?.Policy is not null, endpoint.RoutePattern.RawText));
    }

    [Theory]
    [InlineData("Basic b3BlcmF0b3I6eA==")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer  two spaces")]
    public async Task R05_credentials_of_other_forms_are_none(string header)
    {
        var client = _verifier.Anonymous();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/hosts");
        Assert.True(request.Headers.TryAddWithoutValidation("Authorization", header));
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task R05_an_operators_token_with_more_behind_it_or_doubled_is_refused()
    {
        var token = (await File.ReadAllTextAsync(Path.Combine(_verifier.State, "operator.token"), TestContext.Current.CancellationToken)).Trim();
        foreach (var wrong in (string[])[token + "x", token[..^1], token.ToUpperInvariant(), token + "," + token, token + new string('x', 5000)])
        {
            var client = _verifier.Anonymous();
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", wrong);
            using var response = await client.GetAsync("/v1/hosts", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }

    [Theory]
    [InlineData(HostState.Pending, ProblemTypes.HostPending)]
    [InlineData(HostState.Revoked, ProblemTypes.HostRevoked)]
    public async Task K13_an_agent_of_a_host_that_is_not_admitted_gets_no_challenge_and_shows_no_evidence(HostState state, string type)
    {
        var (id, token) = await _verifier.AddHostAsync("alpha", state);
        var client = _verifier.Client(token);
        foreach (var address in (string[])["challenge", "challenges"])
        {
            using var response = await client.GetAsync($"/v1/hosts/{id}/{address}", TestContext.Current.CancellationToken);
            Assert.Equal((HttpStatusCode.Forbidden, type), (response.StatusCode, (await Answer.ProblemAsync(response)).Type));
        }

        using var evidence = await client.PostAsync($"/v1/hosts/{id}/evidence", new ByteArrayContent([]), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.Forbidden, type), (evidence.StatusCode, (await Answer.ProblemAsync(evidence)).Type));
    }

    private async Task<HttpClient> ExpiredAsync()
    {
        var token = await TokenAsync("late", "admin", _clock.GetUtcNow().AddSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        return _verifier.Client(token);
    }

    private async Task<string> TokenAsync(string name, string role, DateTimeOffset? expires = null) =>
        (await _verifier.Service<AccessTokens>().AddAsync(new TokenRequest { Name = name, Role = role, Expires = expires }, "test", default))!.Token!;

    private static IEnumerable<string> Names(RouteEndpoint endpoint)
    {
        var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"];
        return methods.Select(method => $"{method} {endpoint.RoutePattern.RawText}");
    }
}
