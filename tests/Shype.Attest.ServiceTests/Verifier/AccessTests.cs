using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shype.Attest.Protocol;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>Every route and every role (threat row R05). A route without a row here fails the test.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private const string Nobody = "nobody", Wrong = "wrong token", OwnAgent = "agent of the host", OtherAgent = "agent of another host",
        RelyingParty = "relying party", Operator = "operator";

    private static readonly string[] Everybody = [Nobody, Wrong, OwnAgent, OtherAgent, RelyingParty, Operator];

    // Who is admitted; all others are refused.
    private static readonly Dictionary<string, string[]> Table = new(StringComparer.Ordinal)
    {
        ["POST /v1/enrol/"] = Everybody,
        ["POST /v1/enrol/{id}/activate"] = Everybody,
        ["GET /v1/hosts/{id}/challenge"] = [OwnAgent],
        ["GET /v1/hosts/{id}/challenges"] = [OwnAgent],
        ["POST /v1/hosts/{id}/evidence"] = [OwnAgent],
        ["POST /v1/attest/vm/{name}"] = [RelyingParty, Operator],
        ["POST /v1/attest/host/{name}"] = [RelyingParty, Operator],
        ["GET /v1/hosts/"] = [Operator],
        ["GET /v1/hosts/{name}"] = [Operator],
        ["GET /v1/hosts/{name}/verdict"] = [Operator],
        ["POST /v1/hosts/{name}/approve"] = [Operator],
        ["POST /v1/hosts/{name}/revoke"] = [Operator],
        ["GET /v1/references/"] = [Operator],
        ["PUT /v1/references/"] = [Operator],
        ["GET /v1/references/in-force"] = [Operator],
        ["GET /v1/references/history"] = [Operator],
        ["GET /v1/references/bundles"] = [Operator],
        ["POST /v1/references/bundles"] = [Operator],
        ["GET /v1/references/bundles/{name}"] = [Operator],
        ["GET /v1/references/bundles/{name}/signed"] = [Operator],
        ["DELETE /v1/references/bundles/{name}"] = [Operator],
        ["GET /v1/references/signers"] = [Operator],
        ["POST /v1/references/signers"] = [Operator],
        ["DELETE /v1/references/signers/{name}"] = [Operator],
        ["GET /v1/hosts/{name}/measured"] = [Operator],
        ["GET /v1/appraisal-policies/"] = [Operator],
        ["GET /v1/appraisal-policies/{group}"] = [Operator],
        ["PUT /v1/appraisal-policies/{group}"] = [Operator],
        ["POST /v1/hosts/{name}/group"] = [Operator],
        ["GET /v1/hosts/{name}/bundle"] = [Operator],
        ["GET /v1/vms/{name}/bundle"] = [Operator],
        ["GET /v1/trust/"] = [Operator],
        ["POST /v1/trust/"] = [Operator],
        ["POST /v1/trust/{id}/on"] = [Operator],
        ["DELETE /v1/trust/{id}"] = [Operator],
        ["POST /v1/hosts/{name}/replace"] = [Operator],
        ["GET /v1/admissions/"] = [Operator],
        ["POST /v1/admissions/invitations"] = [Operator],
        ["POST /v1/admissions/keys"] = [Operator],
        ["DELETE /v1/admissions/{id}"] = [Operator],
        ["GET /v1/audit/"] = [Operator],
        ["GET /v1/audit/head"] = [Operator],
        ["GET /v1/audit/verify"] = [Operator],
        ["GET /v1/audit/export"] = [Operator],
        ["GET /.well-known/jwks.json"] = Everybody,
        ["GET /.well-known/audit-jwks.json"] = Everybody,
        ["GET /healthz/live"] = Everybody,
        ["GET /healthz/ready"] = Everybody,
        ["* {*path:nonfile}"] = Everybody,
    };

    private RunningVerifier _verifier = null!;

    public static TheoryData<string, string> Cells => new(Table.Keys.SelectMany(route => Everybody.Select(role => (route, role))));

    public async ValueTask InitializeAsync() => _verifier = await RunningVerifier.StartAsync();

    public ValueTask DisposeAsync() => _verifier.DisposeAsync();

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task R05_a_route_admits_exactly_the_roles_of_its_row(string route, string role)
    {
        var (id, token) = await _verifier.AddHostAsync("alpha");
        var (_, other) = await _verifier.AddHostAsync("beta");
        var client = role switch
        {
            Nobody => _verifier.Anonymous(),
            Wrong => _verifier.Client("wrong"),
            OwnAgent => _verifier.Client(token),
            OtherAgent => _verifier.Client(other),
            RelyingParty => _verifier.RelyingParty(),
            _ => _verifier.Operator(),
        };
        var parts = route.Split(' ', 2);
        var address = parts[1].Replace("{id}", id, StringComparison.Ordinal).Replace("{name}", "alpha", StringComparison.Ordinal)
            .Replace("{*path:nonfile}", "/none", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(parts[0] == "*" ? HttpMethod.Get : new HttpMethod(parts[0]), address);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        if (Table[route].Contains(role))
        {
            Assert.False(response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, $"{role} is refused: {response.StatusCode}");
            return;
        }

        var (status, type) = role is Nobody or Wrong
            ? (HttpStatusCode.Unauthorized, ProblemTypes.Unauthorized)
            : (HttpStatusCode.Forbidden, ProblemTypes.Forbidden);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(type, (await Answer.ProblemAsync(response)).Type);
    }

    [Fact]
    public void R05_every_route_has_a_row_and_says_who_may_use_it()
    {
        var endpoints = _verifier.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
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

    private static IEnumerable<string> Names(RouteEndpoint endpoint)
    {
        var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"];
        return methods.Select(method => $"{method} {endpoint.RoutePattern.RawText}");
    }
}
