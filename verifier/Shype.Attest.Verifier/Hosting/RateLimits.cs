using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Api;
using Shype.Attest.Verifier.Dashboard;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>How often one address or one host may ask. Over it: 429, at once and at no cost.</summary>
internal static class RateLimits
{
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

    /// <summary>The limits.</summary>
    public static void Configure(RateLimiterOptions limiter, VerifierOptions options)
    {
        limiter.AddPolicy(Enrolment, context => Bucket(Neighbourhood(context.Connection.RemoteIpAddress), options.EnrolmentsPerMinute));
        limiter.AddPolicy(Public, context => Bucket(Neighbourhood(context.Connection.RemoteIpAddress), PublicPerMinute));
        limiter.AddPolicy(Evidence, context => Bucket(context.User.FindFirst(Roles.HostClaim)?.Value ?? "", options.EvidencePerMinute));
        limiter.AddPolicy(SignIn, context => Bucket(Neighbourhood(context.Connection.RemoteIpAddress), SignInsPerMinute));
        limiter.AddPolicy(Sessions, context => Bucket(context.User.FindFirst(Roles.HostClaim)?.Value ?? "caller:" + context.User.Identity?.Name, options.SessionsPerMinute));
        limiter.OnRejected = async (context, _) =>
        {
            context.HttpContext.Response.Headers.RetryAfter = "10";
            await (ErrorPages.IsFor(context.HttpContext) ? ErrorPages.WriteAsync(context.HttpContext, StatusCodes.Status429TooManyRequests) : Problems.Write(context.HttpContext, StatusCodes.Status429TooManyRequests, ProblemTypes.TooMany, "Too many requests; wait and try again."));
        };
    }

    private static RateLimitPartition<string> Bucket(string partition, int perMinute) =>
        RateLimitPartition.GetTokenBucketLimiter(partition, _ => new TokenBucketRateLimiterOptions
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
