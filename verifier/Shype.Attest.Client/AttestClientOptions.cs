using System.Security.Cryptography.X509Certificates;
using Shype.Attest.Protocol;

namespace Shype.Attest.Client;

/// <summary>Which verifier is asked, how it is known, and who asks.</summary>
public sealed record AttestClientOptions
{
    /// <summary>The verifier, <c>https://HOST:PORT</c>.</summary>
    public required Uri Address { get; init; }

    /// <summary>The certificates that its TLS must chain to: its own, or its authority's. What the machine trusts does not count.</summary>
    public required X509Certificate2Collection Certificates { get; init; }

    /// <summary>The access token of a relying party, asked for anew with each question, so that a changed file is seen. Never logged or kept.</summary>
    public required Func<CancellationToken, ValueTask<string>> Token { get; init; }

    /// <summary>The keys that answers must be signed with; null for those that the verifier shows over its pinned TLS, after each answer.</summary>
    public JsonWebKeySet? Keys { get; init; }

    /// <summary>How long a question may take: the verifier itself gives a host twenty seconds, and twice that behind another question.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How far the verifier's clock may be ahead.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
