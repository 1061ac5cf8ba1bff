using Shype.Attest.Appraisal;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>A host in memory: its row, and from its first evidence on its imported key and what the last appraisal left.</summary>
internal sealed class HostEntry(HostRecord record)
{
    private readonly Lock _lock = new();
    private volatile HostRecord _record = record;

    /// <summary>The row as it is on the disk.</summary>
    public HostRecord Record => _record;

    /// <summary>Held while evidence of this host is appraised and kept: one after the other, in the order of the clock of its TPM.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>What appraisals need; null until somebody needed it, and again after the host enrolled another key.</summary>
    public HostKnowledge? Knowledge { get; set; }

    /// <summary>The VMs that the last evidence showed, as they are on the disk; null until there was some.</summary>
    public IReadOnlyList<VmPlace>? LastVms { get; set; }

    /// <summary>Follows a change that is on the disk.</summary>
    public void Update(Func<HostRecord, HostRecord> change)
    {
        lock (_lock)
        {
            _record = change(_record);
        }
    }
}

/// <summary>What appraising a host's evidence needs.</summary>
/// <param name="Key">The imported attestation key.</param>
/// <param name="EnrolmentFindings">What every verdict repeats.</param>
/// <param name="Memory">What the last appraisal left; null before the first.</param>
internal sealed record HostKnowledge(HostKey Key, IReadOnlyList<Finding> EnrolmentFindings, HostMemory? Memory);
