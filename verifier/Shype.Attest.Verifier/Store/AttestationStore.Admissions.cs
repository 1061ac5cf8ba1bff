using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

// What lets hosts in without a further word.
internal sealed partial class AttestationStore : IAdmissionStore
{
    /// <inheritdoc/>
    public Task InviteAsync(Invitation invitation, byte[] digest, DateTimeOffset at, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) => AdmissionRows.Invite(session, audit, invitation, digest, at), cancellationToken);

    /// <inheritdoc/>
    public Task ExpectAsync(IReadOnlyList<ExpectedKey> keys, DateTimeOffset at, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            foreach (var key in keys)
            {
                AdmissionRows.Expect(session, audit, key, at);
            }

            return true;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> WithdrawAsync(string idOrKey, string actor, DateTimeOffset at, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) => AdmissionRows.Withdraw(session, audit, idOrKey, actor, at), cancellationToken);

    /// <inheritdoc/>
    public Task<AdmissionList> ReadAdmissionsAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        ReadAsync(session => AdmissionRows.Read(session, now), cancellationToken);

    /// <inheritdoc/>
    public Task<HostRecord?> ReplaceAsync(HostReplacement replacement, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) => AdmissionRows.Replace(session, audit, replacement), cancellationToken);
}
