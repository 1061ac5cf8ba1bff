using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Dashboard.SignIn;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>Every page of the dashboard and every role (threat row R05). A page without a row here fails the test.</summary>
public sealed class DashboardAccessTests : IAsyncLifetime
{
    private const string Nobody = "nobody", Wrong = "wrong cookie", Over = "session that is over", Bearer = "operator's token, as for the API", Viewer = "viewer", Operator = "operator", Admin = "admin";

    private static readonly string[] Everybody = [Nobody, Wrong, Over, Bearer, Viewer, Operator, Admin];
    private static readonly string[] Lookers = [Viewer, Operator, Admin];
    private static readonly string[] Changers = [Operator, Admin];

    // Who is admitted; whoever is not signed in is sent to where he can, whoever is and may not is refused.
    private static readonly Dictionary<string, string[]> Table = new(StringComparer.Ordinal)
    {
        ["GET /dashboard/sign-in"] = Everybody,
        ["POST /dashboard/sign-in"] = Everybody,
        ["POST /dashboard/sign-out"] = Everybody,
        ["GET /dashboard/assets/{file}"] = Everybody,
        ["GET /dashboard/"] = Lookers,
        ["GET /dashboard/changes"] = Lookers,
        ["GET /dashboard/hosts/{id}/"] = Lookers,
        ["GET /dashboard/hosts/{id}/history"] = Lookers,
        ["GET /dashboard/hosts/{id}/log"] = Lookers,
        ["GET /dashboard/hosts/{id}/verdict"] = Lookers,
        ["GET /dashboard/hosts/{id}/isolation.svg"] = Lookers,
        ["GET /dashboard/hosts/{id}/vms/{uuid:guid}"] = Lookers,
        ["GET /dashboard/hosts/{id}/bundle"] = Changers,
        ["POST /dashboard/hosts/{id}/approve"] = Changers,
        ["POST /dashboard/hosts/{id}/revoke"] = Changers,
        ["GET /dashboard/approvals"] = Lookers,
        ["GET /dashboard/references"] = Lookers,
        ["GET /dashboard/policies"] = Lookers,
        ["GET /dashboard/policies/{group}"] = Lookers,
        ["GET /dashboard/trust"] = Lookers,
        ["GET /dashboard/audit"] = Lookers,
        ["GET /dashboard/audit/check"] = Lookers,
        ["GET /dashboard/{**path}"] = Lookers,
    };

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private RunningVerifier _verifier = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _verifier = await RunningVerifier.StartAsync(clock: _clock);

    public ValueTask DisposeAsync() => _verifier.DisposeAsync();

    [Fact]
    public async Task R05_every_page_admits_exactly_the_roles_of_its_row()
    {
        var (id, _) = await _verifier.AddHostAsync("alpha");
        var over = await SessionAsync(await TokenAsync("late", Roles.Admin));
        _clock.Advance(DashboardSessions.Lifetime);
        var cookies = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [Nobody] = null,
            [Wrong] = new string('A', 43),
            [Over] = over,
            [Bearer] = null,
            [Viewer] = await SessionAsync(await TokenAsync("watcher", Roles.Viewer)),
            [Operator] = await SessionAsync(await TokenAsync("keeper", Roles.Operator)),
            [Admin] = await SessionAsync(await TokenAsync("chief", Roles.Admin)),
        };
        foreach (var (route, admitted) in Table)
        {
            var parts = route.Split(' ');
            var path = parts[1].Replace("{id}", id, StringComparison.Ordinal).Replace("{uuid:guid}", Guid.Empty.ToString(), StringComparison.Ordinal)
                .Replace("{group}", "default", StringComparison.Ordinal).Replace("{file}", "icon.svg", StringComparison.Ordinal).Replace("{**path}", "none", StringComparison.Ordinal);
            foreach (var role in Everybody)
            {
                using var response = await SendAsync(new HttpMethod(parts[0]), path, cookies[role], role == Bearer ? await TokenOfOperatorAsync() : null);
                Check($"{route}, {role}", response, admitted.Contains(role), cookies[role] is not null && Lookers.Contains(role));
            }
        }
    }

    [Fact]
    public void R05_every_page_has_a_row_and_says_who_may_see_it()
    {
        var endpoints = _verifier.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/dashboard", StringComparison.Ordinal)).ToList();
        Assert.Equal(Table.Keys.Order(StringComparer.Ordinal), endpoints.Select(endpoint =>
            $"{endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Single()} {endpoint.RoutePattern.RawText}").Order(StringComparer.Ordinal));
        Assert.All(endpoints, endpoint => Assert.True(
            endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null || endpoint.Metadata.GetMetadata<IAuthorizeData>()?.Policy is Roles.DashboardViewer or Roles.DashboardOperator, endpoint.RoutePattern.RawText));
    }

    [Fact]
    public async Task R05_a_session_of_the_dashboard_is_no_credential_for_the_API()
    {
        using var response = await SendAsync(HttpMethod.Get, "/v1/hosts", await SessionAsync(await TokenAsync("chief", Roles.Admin)), null);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task R12_a_token_that_is_tried_too_often_from_an_address_is_not_looked_at()
    {
        var statuses = new List<HttpStatusCode>();
        for (var attempt = 0; attempt < 40; attempt++)
        {
            using var response = await SendAsync(HttpMethod.Post, "/dashboard/sign-in", null, null);
            statuses.Add(response.StatusCode);
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
    }

    private static void Check(string what, HttpResponseMessage response, bool isAdmitted, bool isSignedIn)
    {
        var isSentAway = response.Headers.Location?.OriginalString.StartsWith("/dashboard/sign-in", StringComparison.Ordinal) == true && !what.StartsWith("POST /dashboard/sign-out", StringComparison.Ordinal);
        if (isAdmitted)
        {
            Assert.False(isSentAway, what);
            // A form without its token is refused as well, in other words than these.
            var body = response.Content.ReadAsStringAsync(Now).GetAwaiter().GetResult();
            Assert.DoesNotContain("your token does not allow this", body, StringComparison.Ordinal);
            return;
        }

        Assert.True(isSignedIn ? response.StatusCode == HttpStatusCode.Forbidden : response.StatusCode == HttpStatusCode.SeeOther && isSentAway, $"{what}: {response.StatusCode}");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? cookie, string? bearer)
    {
        var handler = new SocketsHttpHandler { SslOptions = _verifier.TlsOptions(_verifier.Address.Host), AllowAutoRedirect = false, UseCookies = false };
        using var client = new HttpClient(handler) { BaseAddress = _verifier.Address };
        using var request = new HttpRequestMessage(method, path);
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", $"{Cookies.Session}={cookie}");
        }

        if (bearer is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        }

        return await client.SendAsync(request, Now);
    }

    private async Task<string> SessionAsync(string token) => (await _verifier.Service<DashboardSessions>().BeginAsync(token, Now))!.Cookie;

    private async Task<string> TokenAsync(string name, string role) =>
        (await _verifier.Service<AccessTokens>().AddAsync(new TokenRequest { Name = name, Role = role }, "test", Now))!.Token!;

    private async Task<string> TokenOfOperatorAsync() => (await File.ReadAllTextAsync(Path.Combine(_verifier.State, "operator.token"), Now)).Trim();
}
