using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>
/// Follows what other verifiers decide on the same store. The audit is the list of changes: its numbers have no gaps and are given in the order of the
/// commits, so nothing is missed. Between a decision and its arrival here nothing wrong is kept: the store refuses a verdict by a former state.
/// </summary>
internal sealed class Replicas(
    IAttestationStore store, HostDirectory hosts, LiveHosts live, TrustStore trust, CurrentReferences references, CurrentAppraisalPolicies policies,
    AccessTokens tokens, Signing.KeyRing keys, ILogger<Replicas> log) : BackgroundService
{
    private long _seen;
    private volatile bool _isFollowing = true;

    /// <summary>Takes note of where the audit stands; before anything is read into memory.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken) => _seen = store.IsShared ? (await store.ReadChangesAsync(long.MaxValue, cancellationToken)).Last : 0;

    /// <summary>Whether the last look at what others decided went well.</summary>
    public bool IsFollowing => _isFollowing;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (store.IsShared && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
                _isFollowing = true;
                await store.WaitForOthersAsync(Patience, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
#pragma warning disable CA1031 // one change that cannot be followed must not end the following
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _isFollowing = false;
                log.FollowingFailed(failure);
                await Task.Delay(Patience, stoppingToken).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var changes = await store.ReadChangesAsync(_seen, cancellationToken);
        var kinds = changes.Changed.Select(change => change.Kind).ToHashSet(StringComparer.Ordinal);
        if (kinds.Contains(AuditKinds.Trust))
        {
            await trust.FollowAsync(cancellationToken);
        }

        if (kinds.Contains(AuditKinds.References))
        {
            await references.LoadAsync(cancellationToken);
        }

        if (kinds.Contains(AuditKinds.AppraisalPolicy))
        {
            await policies.LoadAsync(cancellationToken);
        }

        if (kinds.Contains(AuditKinds.Access))
        {
            await tokens.FollowAsync(cancellationToken);
        }

        if (kinds.Contains(AuditKinds.Keys))
        {
            await keys.FollowAsync(cancellationToken);
        }

        foreach (var subject in changes.Changed.Where(change => !AboutAll.Contains(change.Kind)).Select(change => change.Subject).Distinct(StringComparer.Ordinal))
        {
            await FollowHostAsync(subject);
        }

        _seen = changes.Last;
    }

    private async Task FollowHostAsync(string hostId)
    {
        var before = hosts.Find(hostId)?.Record;
        if (await hosts.FollowAsync(hostId) is { } entry && before is not null && (entry.Record.State != HostState.Enrolled || !entry.Record.AkName.AsSpan().SequenceEqual(before.AkName)))
        {
            live.Drop(hostId);
        }
    }

    // All other kinds are about one host; the watch is never in memory.
    private static readonly HashSet<string> AboutAll = [AuditKinds.Trust, AuditKinds.References, AuditKinds.AppraisalPolicy, AuditKinds.Access, AuditKinds.Keys, AuditKinds.Admission, AuditKinds.WatchSettings, AuditKinds.Webhook, AuditKinds.Watch];

    // Wake-ups come at once; this is for those that are lost with their connection.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
}
