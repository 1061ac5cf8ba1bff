using System.Collections.Immutable;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>
/// Takes signed bundles in and away. A name belongs to the key that signed it first, a version to its first content, and nothing older comes back, not even
/// after a removal (threat rows V10, V18).
/// </summary>
internal sealed class ReferenceBundles(CurrentReferences references, IReferenceStore store)
{
    /// <summary>Takes a signed bundle in.</summary>
    public Task<BundleOutcome> ImportAsync(byte[] source, string actor, DateTimeOffset at, CancellationToken cancellationToken) =>
        references.ChangeAsync(async state =>
        {
            if (!SignedBundle.TryOpen(source, state.Signers, out var opened, out var refusal))
            {
                return (state, BundleOutcome.Refuse(refusal));
            }

            var bundle = opened.Bundle;
            var before = state.Bundles.GetValueOrDefault(bundle.Name);
            if (IsSame(before, opened))
            {
                return (state, new BundleOutcome(before!.Bundle, opened.Unused, null));
            }

            if (Refusal(bundle, before, state, at) is { } refused)
            {
                return (state, refused);
            }

            var kept = new KeptBundle(
                new StoredBundle
                {
                    Name = bundle.Name,
                    Sequence = bundle.Sequence,
                    ContentDigest = opened.ContentDigest.ToArray(),
                    Source = source,
                    SignerName = bundle.Signer!.Name,
                    SignerKey = bundle.Signer.PublicKey.ToArray(),
                },
                bundle);
            var old = before is { Stored.Removed: null } ? before.Bundle.Content : ReferenceSet.Empty;
            var change = ReferenceEvents.Of(ReferenceActions.Imported, bundle.Name, actor, at, ReferenceDiff.Between(old.Document, bundle.Content.Document)) with { Sequence = bundle.Sequence };
            return await store.WriteBundleAsync(kept.Stored, change, CancellationToken.None)
                ? (state with { Bundles = state.Bundles.SetItem(bundle.Name, kept) }, new BundleOutcome(bundle, opened.Unused, null))
                : (state, RolledBack(bundle, bundle.Sequence + 1, "is kept"));
        }, cancellationToken);

    /// <summary>Takes a bundle away, if it is still of this version; its mark stays.</summary>
    public Task<BundleOutcome> RemoveAsync(string name, long expected, string actor, DateTimeOffset at, CancellationToken cancellationToken) =>
        references.ChangeAsync(async state =>
        {
            if (!state.Bundles.TryGetValue(name, out var kept) || kept.Stored.Removed is not null)
            {
                return (state, BundleOutcome.Refuse(StatusCodes.Status404NotFound, ProblemTypes.NotFound, "No bundle of this name is kept."));
            }

            if (kept.Stored.Sequence != expected)
            {
                return (state, BundleOutcome.Refuse(StatusCodes.Status412PreconditionFailed, ProblemTypes.VersionConflict,
                    $"The bundle is version {kept.Stored.Sequence} by now, not {expected}: look at it again."));
            }

            var removed = kept with { Stored = kept.Stored with { Removed = $"removed by {actor} on {at.UtcDateTime:yyyy-MM-dd}" } };
            var change = ReferenceEvents.Of(ReferenceActions.Removed, name, actor, at, ReferenceDiff.Between(kept.Bundle.Content.Document, ReferenceSet.Empty.Document))
                with { Sequence = expected };
            await store.WriteBundleAsync(removed.Stored, change, CancellationToken.None);
            return (state with { Bundles = state.Bundles.SetItem(name, removed) }, new BundleOutcome(removed.Bundle, 0, null));
        }, cancellationToken);

    /// <summary>Allows a key; null where it is allowed now.</summary>
    public Task<ReferenceRefusal?> AllowAsync(ReferenceSigner signer, string actor, DateTimeOffset at, CancellationToken cancellationToken) =>
        references.ChangeAsync(async state =>
        {
            if (state.Signers.FirstOrDefault(known => known.Name == signer.Name || known.KeyId == signer.KeyId) is { } other)
            {
                return (state, other.Name == signer.Name && other.KeyId == signer.KeyId
                    ? null
                    : new ReferenceRefusal(StatusCodes.Status409Conflict, ProblemTypes.ReferenceConflict, $"The signer '{other.Name}' has this name or this key; remove it first."));
            }

            if (state.Signers.Length >= AppraisalLimits.MaxSigners)
            {
                return (state, new ReferenceRefusal(StatusCodes.Status409Conflict, ProblemTypes.ReferenceConflict,
                    $"There are {AppraisalLimits.MaxSigners} signers, which is the most ({nameof(AppraisalLimits.MaxSigners)})."));
            }

            var change = ReferenceEvents.Of(ReferenceActions.SignerAdded, signer.Name, actor, at, []);
            await store.AddSignerAsync(new(signer.KeyId, signer.Name, signer.PublicKey.ToArray()), change, CancellationToken.None);
            return (state with { Signers = state.Signers.Add(signer) }, (ReferenceRefusal?)null);
        }, cancellationToken);

    /// <summary>Takes a key back; what it signed does not count from now on. False where there is none of this name.</summary>
    public Task<bool> DisallowAsync(string name, string actor, DateTimeOffset at, CancellationToken cancellationToken) =>
        references.ChangeAsync(async state =>
        {
            if (state.Signers.FirstOrDefault(known => known.Name == name) is not { } signer)
            {
                return (state, false);
            }

            await store.RemoveSignerAsync(signer.KeyId, ReferenceEvents.Of(ReferenceActions.SignerRemoved, name, actor, at, []), CancellationToken.None);
            return (state with { Signers = state.Signers.Remove(signer) }, true);
        }, cancellationToken);

    private static bool IsSame(KeptBundle? before, OpenedBundle opened) =>
        before is { Stored.Removed: null } && before.Stored.Sequence == opened.Bundle.Sequence && before.Stored.ContentDigest.AsSpan().SequenceEqual(opened.ContentDigest.Span);

    private static BundleOutcome? Refusal(ReferenceBundle bundle, KeptBundle? before, ReferenceState state, DateTimeOffset at) => before switch
    {
        _ when bundle.Name == ReferenceBundle.Operators => Conflict($"The name '{bundle.Name}' is that of the operators' own values."),
        _ when bundle.StandingAt(at) == BundleStanding.Expired => BundleOutcome.Refuse(
            StatusCodes.Status422UnprocessableEntity, ProblemTypes.ReferenceExpired, $"Its validity ended on {bundle.NotAfter:yyyy-MM-dd HH:mm:ss}Z."),
        null => state.Bundles.Count < AppraisalLimits.MaxBundles
            ? null
            : Conflict($"There are {AppraisalLimits.MaxBundles} bundles, removed ones included, which is the most ({nameof(AppraisalLimits.MaxBundles)})."),
        { Stored.Removed: not null } when bundle.Sequence <= before.Stored.Sequence => RolledBack(bundle, before.Stored.Sequence, "was removed"),
        { Stored.Removed: not null } => null,
        _ when bundle.Sequence < before.Stored.Sequence => RolledBack(bundle, before.Stored.Sequence, "is in force"),
        _ when bundle.Signer!.KeyId != before.Bundle.Signer!.KeyId => Conflict(
            $"'{bundle.Name}' is signed by '{before.Stored.SignerName}', this one by '{bundle.Signer.Name}'; remove the one that is there first."),
        _ when bundle.Sequence == before.Stored.Sequence => Conflict(
            $"Version {bundle.Sequence} of '{bundle.Name}' is there with another content; a changed bundle needs a higher version (tag-version)."),
        _ => null,
    };

    private static BundleOutcome RolledBack(ReferenceBundle bundle, long kept, string how) => BundleOutcome.Refuse(
        StatusCodes.Status409Conflict, ProblemTypes.ReferenceRolledBack, $"'{bundle.Name}' comes as version {bundle.Sequence}, but version {kept} {how}.");

    private static BundleOutcome Conflict(string detail) => BundleOutcome.Refuse(StatusCodes.Status409Conflict, ProblemTypes.ReferenceConflict, detail);
}

/// <summary>What became of a bundle.</summary>
internal sealed record BundleOutcome(ReferenceBundle? Bundle, int Unused, ReferenceRefusal? Refusal)
{
    /// <summary>Not taken.</summary>
    public static BundleOutcome Refuse(int status, string type, string detail) => new(null, 0, new(status, type, detail));

    /// <summary>Not taken, because it could not be opened.</summary>
    public static BundleOutcome Refuse(BundleRefusal refusal) => refusal.Problem switch
    {
        BundleProblem.Malformed when refusal.Limit is not null => Refuse(StatusCodes.Status413PayloadTooLarge, ProblemTypes.LimitExceeded, refusal.Detail),
        BundleProblem.Malformed => Refuse(StatusCodes.Status400BadRequest, ProblemTypes.Malformed, refusal.Detail),
        BundleProblem.NotSigned => Refuse(StatusCodes.Status422UnprocessableEntity, ProblemTypes.ReferenceUnsigned, refusal.Detail),
        BundleProblem.SignatureInvalid => Refuse(StatusCodes.Status422UnprocessableEntity, ProblemTypes.ReferenceSignatureInvalid, refusal.Detail),
        _ => Refuse(StatusCodes.Status422UnprocessableEntity, ProblemTypes.ReferenceSignerUnknown, refusal.Detail),
    };
}

/// <summary>Why reference values are not changed.</summary>
internal sealed record ReferenceRefusal(int Status, string Type, string Detail);
