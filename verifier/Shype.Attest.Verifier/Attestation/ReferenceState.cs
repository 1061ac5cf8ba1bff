using System.Collections.Immutable;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol.Bundles;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>All reference values that are kept, whether they count now or not. Never changes: every change makes another.</summary>
internal sealed record ReferenceState(
    ReferenceVersioned Own, ImmutableSortedDictionary<string, KeptBundle> Bundles, ImmutableArray<ReferenceSigner> Signers)
{
    /// <summary>Before the first value.</summary>
    public static ReferenceState Empty { get; } = new(
        new(0, ReferenceSet.Empty), ImmutableSortedDictionary.Create<string, KeptBundle>(StringComparer.Ordinal), []);

    /// <summary>Every set, the operators' own first. Not kept: "with" would copy what was kept into the next state.</summary>
    public IReadOnlyList<ReferenceBundle> Sets =>
    [
        ReferenceBundle.OfOperators(Own.Version, Own.Set),
        .. Bundles.Values.Select(Standing),
    ];

    /// <summary>The signed sets in the same order, as an archive keeps them.</summary>
    public IReadOnlyList<SignedReferences> Signed =>
        [.. Bundles.Values.Select(kept => new SignedReferences(kept.Stored.SignerName, kept.Stored.SignerKey, Standing(kept).RevokedBecause ?? "", kept.Stored.Source))];

    // A bundle counts as long as its signer is allowed: whoever takes a key back takes back what it signed.
    private ReferenceBundle Standing(KeptBundle kept) => kept.Bundle with
    {
        RevokedBecause = kept.Stored.Removed
            ?? (Signers.Any(signer => signer.KeyId == kept.Bundle.Signer!.KeyId) ? null : $"its signer '{kept.Stored.SignerName}' is not allowed any more"),
    };
}

/// <summary>The operators' own reference values with their version.</summary>
internal sealed record ReferenceVersioned(long Version, ReferenceSet Set);

/// <summary>A bundle as it is stored, and what it says.</summary>
internal sealed record KeptBundle(StoredBundle Stored, ReferenceBundle Bundle)
{
    /// <summary>Reads a stored bundle again, signature and all: the store is trusted for availability only.</summary>
    public static KeptBundle Read(StoredBundle stored)
    {
        if (!ReferenceSigner.TryCreate(stored.SignerName, stored.SignerKey, out var signer, out var problem))
        {
            throw Unreadable(problem);
        }

        return SignedBundle.TryOpen(stored.Source, [signer], out var opened, out var refusal) && opened.Bundle.Name == stored.Name && opened.Bundle.Sequence == stored.Sequence
            ? new(stored, opened.Bundle)
            : throw Unreadable(refusal?.Detail ?? "it is another one than its row says");

        StoreException Unreadable(string why) => new($"the stored bundle of references '{stored.Name}' cannot be used: {why}; restore the database from a backup");
    }
}
