using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal;

/// <summary>The verdict on one piece of evidence: on the host, and on each VM that runs there.</summary>
public sealed class Appraisal
{
    /// <summary>Everything that was found, most important first.</summary>
    public IReadOnlyList<Finding> Findings => throw new NotImplementedException();

    /// <summary>The host.</summary>
    public HostAppraisal Host => throw new NotImplementedException();

    /// <summary>The VMs that run, by uuid.</summary>
    public IReadOnlyList<VmAppraisal> Vms => throw new NotImplementedException();

    /// <summary>What to keep for the next appraisal; the one before where the evidence proved nothing new.</summary>
    public HostMemory? Memory => throw new NotImplementedException();

    /// <summary>Whether the evidence was a fresh answer under the enrolled key, so that the verdict says something about the host, good or bad.</summary>
    public bool IsFresh => throw new NotImplementedException();

    /// <summary>The policy file that the evidence brought and that is the measured one: to be kept, under both digests.</summary>
    public PolicyFile? NewPolicy => throw new NotImplementedException();

    /// <summary>The running VM with this uuid, or the only one with this name.</summary>
    public VmAppraisal? FindVm(string uuidOrName) => throw new NotImplementedException(uuidOrName);

    /// <summary>The verdict as a result to sign.</summary>
    public AttestationResult ToResult(ResultRequest request) => throw new NotImplementedException(request?.ToString());
}

/// <summary>The verdict on a host.</summary>
public sealed record HostAppraisal
{
    /// <summary>The host's id.</summary>
    public required string Id { get; init; }

    /// <summary>The host's name.</summary>
    public required string Name { get; init; }

    /// <summary>The boot that was appraised, where its log was proven.</summary>
    public string? BootId { get; init; }

    /// <summary>What was found about the host, most important first.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>The trustworthiness vector.</summary>
    public required TrustVector Vector { get; init; }

    /// <summary>The tier.</summary>
    public TrustTier Status => Vector.Tier;
}

/// <summary>The verdict on one VM.</summary>
public sealed record VmAppraisal
{
    /// <summary>The VM's uuid.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The VM's name, as the host says it.</summary>
    public required string Name { get; init; }

    /// <summary>The label that it runs under; null where it has none.</summary>
    public string? Label { get; init; }

    /// <summary>The record of its start.</summary>
    public required ulong Record { get; init; }

    /// <summary>What was found about the VM itself, most important first; the host's findings count as well.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }
}

/// <summary>An isolation policy file that was proven to be the measured one.</summary>
/// <param name="Bytes">The file.</param>
/// <param name="SourceDigest">SHA-256 of the file.</param>
/// <param name="CanonicalDigest">SHA-256 of its meaning.</param>
public sealed record PolicyFile(ReadOnlyMemory<byte> Bytes, MeasuredDigest SourceDigest, MeasuredDigest CanonicalDigest);
