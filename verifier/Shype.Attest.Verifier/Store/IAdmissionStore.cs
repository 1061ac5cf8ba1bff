using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

/// <summary>What lets hosts in without a further word.</summary>
internal interface IAdmissionStore
{
    /// <summary>Keeps an invitation under the digest of its token.</summary>
    Task InviteAsync(Invitation invitation, byte[] digest, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Keeps TPMs that are expected; one that was named before is in the new group.</summary>
    Task ExpectAsync(IReadOnlyList<ExpectedKey> keys, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Takes an invitation or an expected TPM back, by its id or key; false where there is none.</summary>
    Task<bool> WithdrawAsync(string idOrKey, string actor, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>All of both; invitations that are over are not among them.</summary>
    Task<AdmissionList> ReadAdmissionsAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Revokes a host, frees its name and keeps that for another TPM: one transaction. The old host as it is then; null where it is not known.</summary>
    Task<HostRecord?> ReplaceAsync(HostReplacement replacement, CancellationToken cancellationToken);
}

/// <summary>A host's name goes to another TPM.</summary>
/// <param name="OldId">The host that had it.</param>
/// <param name="RetiredName">What that is called from now on.</param>
/// <param name="EkFingerprint">SHA-256 of the new endorsement key in hex.</param>
/// <param name="Actor">Who decided.</param>
/// <param name="At">When.</param>
internal sealed record HostReplacement(string OldId, string RetiredName, string EkFingerprint, string Actor, DateTimeOffset At);
