using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Signing;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>Whether this verifier can do its work now, part by part. Whoever asks, it is looked at once a second at most.</summary>
internal sealed class Readiness(HealthCheckService checks, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private HealthReport? _last;
    private DateTimeOffset _at;

    /// <summary>The checks.</summary>
    public static void Add(IServiceCollection services) => services.AddSingleton<Readiness>().AddHealthChecks()
        .AddCheck<StoreCheck>("store", timeout: Longest)
        .AddCheck<SchemaCheck>("schema", timeout: Longest)
        .AddCheck<SigningCheck>("signing", timeout: Longest)
        .AddCheck<FeedCheck>("feed", timeout: Longest);

    /// <summary>The state of all parts.</summary>
    public async Task<HealthReport> CheckAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            if (_last is null || now - _at >= Fresh || now < _at)
            {
                // To its end, whoever hangs up: others wait for the same.
                (_last, _at) = (await checks.CheckHealthAsync(CancellationToken.None), now);
            }

            return _last;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);
}

/// <summary>The store answers, and what is decided can be kept.</summary>
internal sealed class StoreCheck(IAttestationStore store) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await store.IsReadyAsync(cancellationToken)
            ? HealthCheckResult.Healthy("reads and writes")
            : HealthCheckResult.Unhealthy("cannot be read or written; the log of the last failed request says why");
}

/// <summary>The schema is the one that this program writes.</summary>
internal sealed class SchemaCheck(IAttestationStore store) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return await store.ReadSchemaAsync(cancellationToken) is var found && found == Migrations.Latest
                ? HealthCheckResult.Healthy($"version {found}")
                : HealthCheckResult.Unhealthy($"version {found}, this program writes {Migrations.Latest}: another program changed it while this one ran; start the same program everywhere");
        }
        catch (StoreException)
        {
            return HealthCheckResult.Unhealthy("cannot be read");
        }
    }
}

/// <summary>Results can be signed, and the published keys verify them.</summary>
internal sealed class SigningCheck(ResultSigner signer, TimeProvider clock) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(signer.FindFault(clock.GetUtcNow()) is { } fault
        ? HealthCheckResult.Unhealthy(fault)
        : HealthCheckResult.Healthy("signs, and its published key verifies"));
}

/// <summary>What other verifiers on the same store decide arrives here.</summary>
internal sealed class FeedCheck(Replicas replicas, IAttestationStore store) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        !store.IsShared ? HealthCheckResult.Healthy("the store is this verifier's own")
        : replicas.IsFollowing ? HealthCheckResult.Healthy("follows the other verifiers' decisions")
        : HealthCheckResult.Unhealthy("the other verifiers' decisions cannot be read; the log says why (event 106)"));
}
