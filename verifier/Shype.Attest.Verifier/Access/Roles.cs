using Microsoft.AspNetCore.Authorization;
using Shype.Attest.Verifier.Dashboard.SignIn;

namespace Shype.Attest.Verifier.Access;

/// <summary>Who may do what; every route names one policy, and a route without one is closed to everybody.</summary>
internal static class Roles
{
    /// <summary>The agent of one host.</summary>
    public const string Agent = "agent";

    /// <summary>Somebody who asks for verdicts.</summary>
    public const string RelyingParty = "relying-party";

    /// <summary>Somebody who looks and changes nothing: an auditor, a dashboard.</summary>
    public const string Viewer = "viewer";

    /// <summary>Somebody who runs the fleet.</summary>
    public const string Operator = "operator";

    /// <summary>Somebody who also says who may do what.</summary>
    public const string Admin = "admin";

    /// <summary>The policy of the challenge-response interface: whoever asks for verdicts, and agents, which show evidence of their own host.</summary>
    public const string Attester = "attester";

    /// <summary>The roles that tokens may be made for.</summary>
    public static IReadOnlyList<string> OfTokens { get; } = [Viewer, Operator, Admin, RelyingParty];

    /// <summary>The roles that may look at the dashboard.</summary>
    public static IReadOnlyList<string> OfDashboard { get; } = [Viewer, Operator, Admin];

    /// <summary>Who looks at the dashboard, by its cookie.</summary>
    public const string DashboardViewer = "dashboard-viewer";

    /// <summary>Who decides at the dashboard, by its cookie.</summary>
    public const string DashboardOperator = "dashboard-operator";

    /// <summary>The claim that carries an agent's host.</summary>
    public const string HostClaim = "host";

    /// <summary>The route value that an agent's host must be.</summary>
    public const string HostRouteValue = "id";

    /// <summary>The policies: each named as the least role that it admits.</summary>
    public static void Configure(AuthorizationOptions options)
    {
        options.FallbackPolicy = options.DefaultPolicy = new AuthorizationPolicyBuilder(Caller.Scheme).RequireAssertion(_ => false).Build();
        Add(Admin, policy => policy.RequireRole(Admin));
        Add(Operator, policy => policy.RequireRole(Operator, Admin));
        Add(Viewer, policy => policy.RequireRole(Viewer, Operator, Admin));
        Add(RelyingParty, policy => policy.RequireRole(RelyingParty, Operator, Admin));
        Add(Attester, policy => policy.RequireRole(Agent, RelyingParty, Operator, Admin));
        Add(Agent, policy => policy.RequireRole(Agent).RequireAssertion(IsOwnHost));
        Add(DashboardViewer, policy => policy.RequireRole(OfDashboard), SessionHandler.Scheme);
        Add(DashboardOperator, policy => policy.RequireRole(Operator, Admin), SessionHandler.Scheme);

        void Add(string name, Action<AuthorizationPolicyBuilder> require, string scheme = Caller.Scheme)
        {
            var policy = new AuthorizationPolicyBuilder(scheme);
            require(policy);
            options.AddPolicy(name, policy.Build());
        }
    }

    // An agent speaks for its own host, whatever the address says.
    private static bool IsOwnHost(AuthorizationHandlerContext context) =>
        context.Resource is HttpContext http
        && http.Request.RouteValues[HostRouteValue] is string asked
        && context.User.FindFirst(HostClaim)?.Value == asked;
}
