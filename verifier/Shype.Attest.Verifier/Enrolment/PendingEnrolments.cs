using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Verifier.Enrolment;

/// <summary>A host that was challenged to prove its keys.</summary>
internal sealed record PendingEnrolment
{
    /// <summary>Names the enrolment; random, known to the host alone.</summary>
    public required string Id { get; init; }

    /// <summary>The keys and the name that were challenged: what is proven is what is kept.</summary>
    public required EnrolmentRequest Request { get; init; }

    /// <summary>The id that the host will have.</summary>
    public required string HostId { get; init; }

    /// <summary>SHA-256 of the endorsement key's TPM2B_PUBLIC.</summary>
    public required byte[] EkDigest { get; init; }

    /// <summary>The attestation key's name, computed here.</summary>
    public required TpmName AkName { get; init; }

    /// <summary>What it was judged by.</summary>
    public EkCertificatePolicy? Policy { get; init; }

    /// <summary>Who certified the endorsement key.</summary>
    public string? EkIssuer { get; init; }

    /// <summary>What it may be expected by.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>What was found and does not speak against the host, as JSON.</summary>
    public required string Findings { get; init; }

    /// <summary>What the TPM must open.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>After this moment it is too late.</summary>
    public required DateTimeOffset Expires { get; init; }
}

/// <summary>Half-finished enrolments: bounded in number and time, each answered once.</summary>
internal sealed class PendingEnrolments(int capacity)
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

    /// <summary>Keeps one; what has expired is forgotten, and beyond the capacity the oldest.</summary>
    public void Add(PendingEnrolment pending, DateTimeOffset now)
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

    /// <summary>Takes one out to be answered: right or wrong, there is no second answer.</summary>
    public PendingEnrolment? Take(string id, DateTimeOffset now)
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
