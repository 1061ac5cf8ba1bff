using System.Collections.Concurrent;
using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>
/// All hosts, in memory: who speaks with which token and what is known of whom is answered without the store. Changes go to the store first and
/// are seen here after they are on the disk.
/// </summary>
internal sealed class HostDirectory(IAttestationStore store, IAdmissionStore admissions) : IDisposable
{
    private readonly ConcurrentDictionary<string, HostEntry> _byId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, HostEntry> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<TokenDigest, HostEntry> _byToken = new();
    private readonly SortedSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Lock _idsLock = new();

    // Enrolments and states one at a time, so that memory and disk see them in one order.
    private readonly SemaphoreSlim _changes = new(1, 1);

    /// <summary>Reads all hosts; once, before anybody is served.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var host in await store.ReadHostsAsync(cancellationToken))
        {
            Add(host);
        }
    }

    /// <summary>The host that an agent's token speaks for.</summary>
    public HostEntry? FindByToken(TokenDigest token) => _byToken.GetValueOrDefault(token);

    /// <summary>The host with this id or name. No name looks like an id.</summary>
    public HostEntry? Find(string idOrName) => _byId.GetValueOrDefault(idOrName) ?? _byName.GetValueOrDefault(idOrName);

    /// <summary>The host with this attestation key, by the key's TPM name: looked for among all, since only evidence that comes without a host's name asks so.</summary>
    public HostEntry? FindByAk(ReadOnlySpan<byte> akName)
    {
        foreach (var host in _byId.Values)
        {
            if (akName.SequenceEqual(host.Record.AkName))
            {
                return host;
            }
        }

        return null;
    }

    /// <summary>Hosts in the order of their ids, from after one of them.</summary>
    public IReadOnlyList<HostRecord> List(HostState? state, string? after, int limit)
    {
        lock (_idsLock)
        {
            var ids = after is null || _ids.Count == 0 ? _ids
                : string.CompareOrdinal(after, _ids.Max) >= 0 ? []
                : _ids.GetViewBetween(after, _ids.Max!);
            return [.. ids.Where(id => id != after).Select(id => _byId[id].Record).Where(host => state is null || host.State == state).Take(limit)];
        }
    }

    /// <summary>Hosts that are looked for, in no order, up to so many.</summary>
    public IReadOnlyList<HostRecord> Where(Func<HostRecord, bool> admits, int limit) => [.. _byId.Select(host => host.Value.Record).Where(admits).Take(limit)];

    /// <summary>Takes a host in that proved its keys.</summary>
    public async Task<EnrolmentOutcome> EnrolAsync(HostEnrolment enrolment, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        try
        {
            if (store.IsShared)
            {
                // Another verifier may have taken it in by now.
                await FollowInOrderAsync(enrolment.Host.Id);
            }

            if (_byId.TryGetValue(enrolment.Host.Id, out var entry))
            {
                return await RenewAsync(entry, enrolment);
            }

            var outcome = await store.EnrolAsync(enrolment with { Revision = 0 }, CancellationToken.None);
            if (outcome.Host is { } created)
            {
                Add(created);
            }

            return outcome;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Approves or revokes; null where the host is not known.</summary>
    public async Task<HostEntry?> SetStateAsync(StateChange change, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        try
        {
            if (await store.SetStateAsync(change, CancellationToken.None) is not { } changed || !_byId.TryGetValue(change.HostId, out var entry))
            {
                return null;
            }

            entry.Update(host => changed.Revision > host.Revision ? host with { State = changed.State, Reason = changed.Reason, Revision = changed.Revision } : host);
            return entry;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Follows what another verifier decided about a host; null where it is not known.</summary>
    public async Task<HostEntry?> FollowAsync(string hostId)
    {
        await _changes.WaitAsync();
        try
        {
            return await FollowInOrderAsync(hostId);
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Reads a host again that somebody else changed. The caller holds the host's gate.</summary>
    public async Task RefreshAsync(HostEntry entry, CancellationToken cancellationToken)
    {
        if (await store.ReadHostAsync(entry.Record.Id, cancellationToken) is { } row)
        {
            Replace(entry, row);
        }
    }

    /// <summary>Follows what the store keeps about hosts' certificates from now on; says the names of the hosts.</summary>
    public async Task<IReadOnlyList<string>> FollowAsync(IReadOnlyList<JudgedHost> judged)
    {
        List<string> names = [];
        foreach (var change in judged)
        {
            if (!_byId.TryGetValue(change.HostId, out var entry))
            {
                continue;
            }

            // Not in the middle of an appraisal that still says what was.
            await entry.Gate.WaitAsync();
            try
            {
                await RefreshAsync(entry, CancellationToken.None);
                names.Add(entry.Record.Name);
            }
            finally
            {
                entry.Gate.Release();
            }
        }

        return names;
    }

    /// <summary>Reads what appraisals need, when they need it first. The caller holds the host's gate.</summary>
    public async Task<HostKnowledge> KnowAsync(HostEntry host, CancellationToken cancellationToken)
    {
        if (host.Knowledge is { } known)
        {
            return known;
        }

        return Know(host, await store.ReadMemoryAsync(host.Record.Id, cancellationToken));
    }

    /// <summary>Takes up what is stored about a host. The caller holds the host's gate.</summary>
    public static HostKnowledge Know(HostEntry host, StoredMemory stored)
    {
        HostMemory? memory = null;
        if (stored.Memory is not null && !HostMemory.TryDecode(stored.Memory, out memory, out var problem))
        {
            // Nothing may be believed about a host whose past is lost: a failure of this boot could be in it.
            throw new StoreException($"what is kept about host {host.Record.Id} cannot be read ({problem}); restore the database from a backup, or enrol the host anew with a new attestation key");
        }

        return host.Knowledge = new HostKnowledge(HostKey.Import(host.Record), KeptFindings.Read(host.Record.EnrolmentFindings), memory, stored.Appraisals);
    }

    /// <summary>Forgets what appraisals need of hosts of which nobody needed it since this was called last; says how many.</summary>
    public int ForgetIdle() => _byId.Count(host => host.Value.TryForget());

    /// <summary>Puts a host into a group; null where the host is not known.</summary>
    public async Task<HostEntry?> SetGroupAsync(string hostId, string group, string actor, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        try
        {
            if (await store.SetGroupAsync(hostId, group, actor, at, CancellationToken.None) is not { } moved || !_byId.TryGetValue(hostId, out var entry))
            {
                return null;
            }

            entry.Update(host => moved.Revision > host.Revision ? host with { PolicyGroup = group, Revision = moved.Revision } : host);
            return entry;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Gives a host's name to another TPM: the old host is revoked and keeps its history under another name; null where it is not known.</summary>
    public async Task<HostEntry?> ReplaceAsync(HostReplacement replacement, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        try
        {
            if (!_byId.TryGetValue(replacement.OldId, out var entry) || await admissions.ReplaceAsync(replacement, CancellationToken.None) is not { } retired)
            {
                return null;
            }

            _byName.TryRemove(entry.Record.Name, out _);
            entry.Update(host => host with { Name = retired.Name, State = retired.State, Reason = retired.Reason, Revision = retired.Revision });
            _byName[retired.Name] = entry;
            return entry;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _changes.Dispose();

    private void Add(HostRecord host)
    {
        var entry = new HostEntry(host);
        lock (_idsLock)
        {
            _ids.Add(host.Id);
            _byId[host.Id] = entry;
        }

        _byName[host.Name] = entry;
        _byToken[TokenDigest.Read(host.TokenDigest)] = entry;
    }

    private async Task<HostEntry?> FollowInOrderAsync(string hostId)
    {
        if (await store.ReadHostAsync(hostId, CancellationToken.None) is not { } row)
        {
            return null;
        }

        if (!_byId.TryGetValue(hostId, out var entry))
        {
            Add(row);
            return _byId[hostId];
        }

        if (entry.Record.Revision >= row.Revision)
        {
            return entry;
        }

        // At once, whoever appraises: a verdict by the state of before is not kept.
        entry.Update(host => host with { State = row.State, Reason = row.Reason });
        await entry.Gate.WaitAsync();
        try
        {
            await RefreshAsync(entry, CancellationToken.None);
        }
        finally
        {
            entry.Gate.Release();
        }

        return entry;
    }

    private void Replace(HostEntry entry, HostRecord row)
    {
        var (before, name) = (TokenDigest.Read(entry.Record.TokenDigest), entry.Record.Name);
        entry.Update(_ => row);
        if (name != row.Name)
        {
            // Its name may be another host's by now.
            _byName.TryRemove(KeyValuePair.Create(name, entry));
            _byName[row.Name] = entry;
        }

        (entry.Knowledge, entry.LastVms) = (null, null);
        if (before != TokenDigest.Read(row.TokenDigest))
        {
            _byToken[TokenDigest.Read(row.TokenDigest)] = entry;
            _byToken.TryRemove(before, out _);
        }
    }

    private async Task<EnrolmentOutcome> RenewAsync(HostEntry entry, HostEnrolment enrolment)
    {
        // Not in the middle of an appraisal with the key of before.
        await entry.Gate.WaitAsync();
        try
        {
            var outcome = await store.EnrolAsync(enrolment with { IsSuspect = await HasFailedAsync(entry), Revision = entry.Record.Revision }, CancellationToken.None);
            if (outcome.Host is not { } renewed)
            {
                return outcome;
            }

            Replace(entry, renewed);
            return outcome;
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    // A past that cannot be read may hide a failure.
    private async Task<bool> HasFailedAsync(HostEntry entry)
    {
        try
        {
            return (await KnowAsync(entry, CancellationToken.None)).Memory?.StickyFailure is not null;
        }
        catch (StoreException)
        {
            return true;
        }
    }
}
