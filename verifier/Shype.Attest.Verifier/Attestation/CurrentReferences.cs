using Shype.Attest.Appraisal.References;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>The reference values in force, parsed once per version.</summary>
internal sealed class CurrentReferences(IAttestationStore store)
{
    private readonly Lock _lock = new();
    private volatile Versioned _current = new(0, ReferenceSet.Empty);

    /// <summary>The values, and their version; 0 and nothing before the first.</summary>
    public Versioned Current => _current;

    /// <summary>Reads the stored values; once, before anybody is served.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (await store.ReadReferencesAsync(cancellationToken) is not { } stored)
        {
            return;
        }

        _current = ReferenceSet.TryRead(stored.Document, out var set, out var problem)
            ? new Versioned(stored.Version, set)
            : throw new StoreException($"the stored reference values (version {stored.Version}) cannot be read: {problem}; restore the database from a backup");
    }

    /// <summary>Replaces the values if their version is still the expected one; null where it is not.</summary>
    public async Task<Versioned?> ReplaceAsync(ReferenceSet set, long expected, string actor, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (await store.WriteReferencesAsync(ReferenceSet.Encode(set.Document), expected, actor, at, cancellationToken) is not { } written)
        {
            return null;
        }

        var next = new Versioned(written.Version, set);
        lock (_lock)
        {
            // Two writers can come back in the other order than the store took them.
            _current = next.Version > _current.Version ? next : _current;
        }

        return next;
    }

    /// <summary>Reference values with their version.</summary>
    internal sealed record Versioned(long Version, ReferenceSet Set);
}
