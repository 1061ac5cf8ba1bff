namespace Shype.Attest.Verifier.Store;

/// <summary>The reference values that the verifier keeps; every change is written together with its record in history and audit.</summary>
internal interface IReferenceStore
{
    /// <summary>The operators' own document; null before the first.</summary>
    Task<ReferenceVersion?> ReadReferencesAsync(CancellationToken cancellationToken);

    /// <summary>Replaces the operators' own document if its version is still <paramref name="expected"/> (0 before the first); null where it is not.</summary>
    Task<ReferenceVersion?> WriteReferencesAsync(byte[] document, long expected, ReferenceEventRecord change, CancellationToken cancellationToken);

    /// <summary>All bundles, removed ones included.</summary>
    Task<IReadOnlyList<StoredBundle>> ReadBundlesAsync(CancellationToken cancellationToken);

    /// <summary>Keeps a bundle in the place of the one with its name, unless that is a later one by now (false).</summary>
    Task<bool> WriteBundleAsync(StoredBundle bundle, ReferenceEventRecord change, CancellationToken cancellationToken);

    /// <summary>The keys that may sign bundles.</summary>
    Task<IReadOnlyList<StoredSigner>> ReadSignersAsync(CancellationToken cancellationToken);

    /// <summary>Allows a key.</summary>
    Task AddSignerAsync(StoredSigner signer, ReferenceEventRecord change, CancellationToken cancellationToken);

    /// <summary>Takes a key back.</summary>
    Task RemoveSignerAsync(string keyId, ReferenceEventRecord change, CancellationToken cancellationToken);

    /// <summary>Changes before a number, the newest first.</summary>
    Task<IReadOnlyList<ReferenceEventRecord>> ReadEventsAsync(long before, int limit, CancellationToken cancellationToken);
}
