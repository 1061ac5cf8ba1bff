using Shype.Attest.Appraisal;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>A host in memory: its row, and from its first evidence on its imported key and what the last appraisal left.</summary>
internal sealed class HostEntry(HostRecord record)
{
    private readonly Lock _lock = new();
    private volatile HostRecord _record = record;
    private volatile HostKnowledge? _knowledge;
    private volatile bool _wasUsed;
    private int _messages;

    /// <summary>The row as it is on the disk.</summary>
    public HostRecord Record => _record;

    /// <summary>Held while evidence of this host is appraised and kept: one after the other, in the order of the clock of its TPM.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>What appraisals need; null until somebody needed it, and again after the host enrolled another key.</summary>
    public HostKnowledge? Knowledge
    {
        get
        {
            _wasUsed = true;
            return _knowledge;
        }

        set
        {
            _wasUsed = true;
            _knowledge = value;
        }
    }

    /// <summary>The VMs that the last evidence showed, as they are on the disk; null until there was some.</summary>
    public IReadOnlyList<VmPlace>? LastVms { get; set; }

    /// <summary>A place for one evidence message that is read and appraised, so that one host cannot fill the memory; null where all are taken.</summary>
    public IDisposable? TryTakePlace()
    {
        if (Interlocked.Increment(ref _messages) <= MaxMessages)
        {
            return new Place(this);
        }

        Interlocked.Decrement(ref _messages);
        return null;
    }

    /// <summary>Follows a change that is on the disk.</summary>
    public void Update(Func<HostRecord, HostRecord> change)
    {
        lock (_lock)
        {
            _record = change(_record);
        }
    }

    /// <summary>
    /// Forgets what appraisals need, unless somebody needed it since this was called last: the store has it, and the next challenge or evidence reads it again. In
    /// the middle of an appraisal nothing is forgotten.
    /// </summary>
    public bool TryForget()
    {
        if (_wasUsed || _knowledge is null || !Gate.Wait(0))
        {
            _wasUsed = false;
            return false;
        }

        try
        {
            (_knowledge, LastVms) = (null, null);
            return true;
        }
        finally
        {
            Gate.Release();
        }
    }

    private sealed class Place(HostEntry host) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref host._messages);
    }

    private const int MaxMessages = 4;
}

/// <summary>What appraising a host's evidence needs.</summary>
/// <param name="Key">The imported attestation key.</param>
/// <param name="EnrolmentFindings">What every verdict repeats.</param>
/// <param name="Memory">What the last appraisal left; null before the first.</param>
/// <param name="Appraisals">How many appraisals led to that memory.</param>
internal sealed record HostKnowledge(HostKey Key, IReadOnlyList<Finding> EnrolmentFindings, HostMemory? Memory, long Appraisals);
