using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Enrolment;

/// <summary>A host that was challenged to prove its keys.</summary>
/// <param name="Id">Names the enrolment; random, known to the host alone.</param>
/// <param name="Request">The keys and the name that were challenged: what is proven is what is kept.</param>
/// <param name="Expires">After this moment it is too late.</param>
internal sealed record PendingEnrolment(string Id, EnrolmentRequest Request, DateTimeOffset Expires);

/// <summary>Half-finished enrolments: bounded in number and time, each answered once, at whichever verifier.</summary>
internal interface IPendingEnrolments
{
    /// <summary>Keeps one; what has expired is forgotten, and beyond the capacity the oldest.</summary>
    Task AddAsync(PendingEnrolment pending, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Takes one out to be answered: right or wrong, there is no second answer.</summary>
    Task<PendingEnrolment?> TakeAsync(string id, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>In memory, for a verifier that has its store for itself: nothing is written before a TPM has proven its keys.</summary>
internal sealed class PendingEnrolments(int capacity) : IPendingEnrolments
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<PendingEnrolment>> _byId = new(StringComparer.Ordinal);

    // All live equally long, so this is the order in which they expire as well.
    private readonly LinkedList<PendingEnrolment> _byAge = new();

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byId.Count;
            }
        }
    }

    /// <inheritdoc/>
    public Task AddAsync(PendingEnrolment pending, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Add(pending, now);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<PendingEnrolment?> TakeAsync(string id, DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult(Take(id, now));

    private void Add(PendingEnrolment pending, DateTimeOffset now)
    {
        lock (_lock)
        {
            while (_byAge.First is { } oldest && (oldest.Value.Expires < now || _byId.Count >= capacity))
            {
                _byAge.Remove(oldest);
                _byId.Remove(oldest.Value.Id);
            }

            _byId.Add(pending.Id, _byAge.AddLast(pending));
        }
    }

    private PendingEnrolment? Take(string id, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (!_byId.Remove(id, out var node))
            {
                return null;
            }

            _byAge.Remove(node);
            return node.Value.Expires < now ? null : node.Value;
        }
    }
}
