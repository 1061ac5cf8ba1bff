using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Api;
using Shype.Attest.Verifier.Dashboard;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>
/// How often one address or one host may ask. Over it: 429, at once and at no cost. Routes name their limit by <c>RequireRateLimiting</c>; this takes the place of ASP.NET's middleware,
/// which keeps its timer, and with it all that it serves, after its application has ended.
/// </summary>
internal sealed class RateLimits(VerifierOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<HttpContext> _limiter = PartitionedRateLimiter.Create<HttpContext, string>(context => PartitionOf(context, options));

    /// <summary>Enrolment, which costs certificate checks.</summary>
    public const string Enrolment = "enrolment";

    /// <summary>Keys and health.</summary>
    public const string Public = "public";

    /// <summary>Evidence, which is kept on disk.</summary>
    public const string Evidence = "evidence";

    /// <summary>Signing in to the dashboard, which is where tokens are tried.</summary>
    public const string SignIn = "sign-in";

    /// <summary>Sessions of the challenge-response interface: one bucket for each caller.</summary>
    public const string Sessions = "sessions";

    /// <summary>Lets a request through to its route, or refuses it.</summary>
    public Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        // A bucket's lease holds nothing.
        using var lease = _limiter.AttemptAcquire(context);
        return lease.IsAcquired ? next(context) : RefuseAsync(context);
    }

    /// <inheritdoc/>
    public void Dispose() => _limiter.Dispose();

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "10";
        return ErrorPages.IsFor(context)
            ? ErrorPages.WriteAsync(context, StatusCodes.Status429TooManyRequests)
            : Problems.Write(context, StatusCodes.Status429TooManyRequests, ProblemTypes.TooMany, "Too many requests; wait and try again.");
    }

    private static RateLimitPartition<string> PartitionOf(HttpContext context, VerifierOptions options) =>
        context.GetEndpoint()?.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName switch
        {
            null => RateLimitPartition.GetNoLimiter(""),
            Enrolment => Bucket(Enrolment, AddressOf(context), options.EnrolmentsPerMinute),
            Public => Bucket(Public, AddressOf(context), PublicPerMinute),
            Evidence => Bucket(Evidence, HostOf(context) ?? "", options.EvidencePerMinute),
            SignIn => Bucket(SignIn, AddressOf(context), SignInsPerMinute),
            Sessions => Bucket(Sessions, HostOf(context) ?? "caller:" + context.User.Identity?.Name, options.SessionsPerMinute),
            var unknown => throw new InvalidOperationException($"no limit is called '{unknown}'"),
        };

    private static string? HostOf(HttpContext context) => context.User.FindFirst(Roles.HostClaim)?.Value;

    private static string AddressOf(HttpContext context) => Neighbourhood(context.Connection.RemoteIpAddress);

    private static RateLimitPartition<string> Bucket(string policy, string who, int perMinute) =>
        RateLimitPartition.GetTokenBucketLimiter($"{policy} {who}", _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = perMinute,
            TokensPerPeriod = Math.Max(1, perMinute / PeriodsPerMinute),
            ReplenishmentPeriod = TimeSpan.FromMinutes(1.0 / PeriodsPerMinute),
            QueueLimit = 0,
        });

    /// <summary>Who counts as one: whoever has one IPv6 address has 2^64 of them (RFC 4291 2.5.4).</summary>
    public static string Neighbourhood(IPAddress? address) => address switch
    {
        null => "",
        { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } => Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.MapToIPv4().ToString(),
    };

    private const int PublicPerMinute = 6000;
    private const int SignInsPerMinute = 20;
    private const int PeriodsPerMinute = 6;
}
