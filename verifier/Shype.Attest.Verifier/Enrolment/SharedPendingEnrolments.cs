using System.Text.Json;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Enrolment;

/// <summary>
/// In the store, for verifiers that share one: begun here, answered there. A row holds what the host sent and no secret (<see cref="EnrolmentSecret"/>); taking it out is
/// one statement, so that of two answers at two verifiers one finds it.
/// </summary>
internal sealed class SharedPendingEnrolments(IReplicaStore store, VerifierOptions options) : IPendingEnrolments
{
    /// <inheritdoc/>
    public Task AddAsync(PendingEnrolment pending, DateTimeOffset now, CancellationToken cancellationToken) =>
        store.AddPendingAsync(new StoredPending(pending.Id, pending.Expires, JsonSerializer.SerializeToUtf8Bytes(pending.Request, ProtocolJson.Default.EnrolmentRequest)),
            options.MaxPendingEnrolments, now, cancellationToken);

    /// <inheritdoc/>
    public async Task<PendingEnrolment?> TakeAsync(string id, DateTimeOffset now, CancellationToken cancellationToken) =>
        await store.TakePendingAsync(id, cancellationToken) is { } taken && taken.Expires >= now
        && ProtocolJson.TryRead(taken.Request, ProtocolJson.Default.EnrolmentRequest, out var request, out _)
            ? new PendingEnrolment(taken.Id, request, taken.Expires)
            : null;
}
