namespace Shype.Attest.Verifier.Store;

/// <summary>What verifiers on one database have in common besides what they decide: short messages, answers to each other's challenges, half-finished enrolments.</summary>
internal interface IReplicaStore
{
    /// <summary>Whether there may be others.</summary>
    bool IsShared { get; }

    /// <summary>Tells everybody who listens, this verifier too; a message is lost on those that do not.</summary>
    Task TellAsync(string message, CancellationToken cancellationToken);

    /// <summary>Hears what is told from the call of <paramref name="began"/> on, in order, until the connection is lost, which throws.</summary>
    Task ListenAsync(Action began, Action<string> heard, CancellationToken cancellationToken);

    /// <summary>What was made of the evidence that answers a challenge; null where there is none yet.</summary>
    Task<StoredAnswer?> ReadAnswerAsync(string hostId, byte[] challenge, CancellationToken cancellationToken);

    /// <summary>Keeps a half-finished enrolment; what has expired is forgotten, and beyond the capacity the oldest.</summary>
    Task AddPendingAsync(StoredPending pending, int capacity, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Takes a half-finished enrolment out; of those who try at once one gets it.</summary>
    Task<StoredPending?> TakePendingAsync(string id, CancellationToken cancellationToken);
}

/// <summary>Evidence that was taken in, and what is known of its host since: all of one moment.</summary>
/// <param name="Evidence">
/// The evidence that answers the challenge. Where evidence was accepted after it, that instead: its quote is later still, and the memory is of it.
/// </param>
/// <param name="Context">What its appraisal depended on; null after a failure of our own.</param>
/// <param name="Memory">The memory.</param>
/// <param name="Policies">How many policy files are kept.</param>
internal sealed record StoredAnswer(byte[] Evidence, byte[]? Context, StoredMemory Memory, long Policies);

/// <summary>A half-finished enrolment as it is kept.</summary>
internal sealed record StoredPending(string Id, DateTimeOffset Expires, byte[] Request);
