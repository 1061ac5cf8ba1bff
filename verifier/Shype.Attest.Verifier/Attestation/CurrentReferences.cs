using Shype.Attest.Appraisal.References;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>
/// The reference values that count now: made anew when something was changed, or when the validity of a bundle begins or ends, and not otherwise.
/// </summary>
internal sealed class CurrentReferences(IReferenceStore store) : IDisposable
{
    private readonly SemaphoreSlim _changes = new(1, 1);
    private readonly Lock _building = new();
    private volatile ReferenceState _state = ReferenceState.Empty;
    private volatile Built? _built;

    /// <summary>All that is kept.</summary>
    public ReferenceState State => _state;

    /// <summary>The operators' own values, and their version; 0 and nothing before the first.</summary>
    public ReferenceVersioned Current => _state.Own;

    /// <summary>What counts at a time.</summary>
    public ReferenceSet At(DateTimeOffset now) => InForceAt(now).Set;

    /// <summary>What counts at a time, and what it was made from.</summary>
    public ReferencesInForce InForceAt(DateTimeOffset now)
    {
        if (_built is not { } built || !ReferenceEquals(built.Of, _state) || !built.Effective.IsOf(now))
        {
            lock (_building)
            {
                var state = _state;
                built = _built;
                if (built is null || !ReferenceEquals(built.Of, state) || !built.Effective.IsOf(now))
                {
                    var origin = built is not null && ReferenceEquals(built.Of, state) ? built.Origin : ReferenceOrigin.Of(state.Signed);
                    _built = built = new(state, EffectiveReferences.At(state.Sets, now), origin);
                }
            }
        }

        return new(built.Of.Own.Version, built.Effective.Set, built.Origin);
    }

    /// <summary>Reads the stored values before anybody is served, and whenever somebody else changed them.</summary>
    public Task LoadAsync(CancellationToken cancellationToken) => ChangeAsync(async _ => (await ReadAsync(cancellationToken), true), cancellationToken);

    private async Task<ReferenceState> ReadAsync(CancellationToken cancellationToken)
    {
        var own = await store.ReadReferencesAsync(cancellationToken) is not { } stored ? ReferenceState.Empty.Own
            : ReferenceSet.TryRead(stored.Document, out var set, out var problem) ? new ReferenceVersioned(stored.Version, set)
            : throw new StoreException($"the stored reference values (version {stored.Version}) cannot be read: {problem}; restore the database from a backup");
        var bundles = await store.ReadBundlesAsync(cancellationToken);
        var signers = await store.ReadSignersAsync(cancellationToken);
        return new ReferenceState(
            own, ReferenceState.Empty.Bundles.AddRange(bundles.Select(bundle => KeyValuePair.Create(bundle.Name, KeptBundle.Read(bundle)))), [.. signers.Select(Read)]);
    }

    /// <summary>Replaces the operators' own values if their version is still the expected one; null where it is not.</summary>
    public Task<ReferenceVersioned?> ReplaceAsync(ReferenceSet set, long expected, string actor, DateTimeOffset at, CancellationToken cancellationToken) =>
        ChangeAsync<ReferenceVersioned?>(async state =>
        {
            var change = ReferenceEvents.Of(ReferenceActions.Set, ReferenceBundle.Operators, actor, at, ReferenceDiff.Between(state.Own.Set.Document, set.Document));
            if (await store.WriteReferencesAsync(ReferenceSet.Encode(set.Document), expected, change, CancellationToken.None) is not { } written)
            {
                return (state, null);
            }

            var own = new ReferenceVersioned(written.Version, set);
            return (state with { Own = own }, own);
        }, cancellationToken);

    /// <summary>One change after the other: seen here once it is on the disk.</summary>
    public async Task<T> ChangeAsync<T>(Func<ReferenceState, Task<(ReferenceState Next, T Answer)>> change, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        try
        {
            var (next, answer) = await change(_state);
            _state = next;
            return answer;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _changes.Dispose();

    private static ReferenceSigner Read(StoredSigner stored) =>
        ReferenceSigner.TryCreate(stored.Name, stored.PublicKey, out var signer, out var problem) && signer.KeyId == stored.KeyId
            ? signer
            : throw new StoreException($"the stored signer of references '{stored.Name}' cannot be used: {problem ?? "it is another key than its row says"}; restore the database from a backup");

    private sealed record Built(ReferenceState Of, EffectiveReferences Effective, ReferenceOrigin Origin);
}
