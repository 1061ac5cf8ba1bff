using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Guarantees.Inputs;

/// <summary>How whole the log is (G6).</summary>
/// <param name="BeginsAtBoot">Whether its first record is that of the boot.</param>
public sealed record LogStanding(bool BeginsAtBoot)
{
    /// <summary>Whether the records replay to the PCRs that a TPM signed; null where there is no quote.</summary>
    public bool? MatchesQuote { get; init; }

    /// <summary>The first record that is not what it must be after those before it.</summary>
    public LogBreak? Broken { get; init; }

    /// <summary>Records that say that measurements are missing.</summary>
    public ImmutableArray<LogBreak> Gaps { get; init; } = [];

    /// <summary>What the hypervisor was seen to run at certain records; null where no record lists that.</summary>
    public ImmutableArray<DomainSnapshot>? Snapshots { get; init; }

    /// <summary>Whether a start from a saved state is told from another start.</summary>
    public bool TellsRestores { get; init; }
}

/// <summary>A record and what is wrong with it.</summary>
/// <param name="Record">Its number.</param>
/// <param name="Reason">In words, without a full stop.</param>
public readonly record struct LogBreak(ulong Record, string Reason);

/// <summary>What ran besides the host's own domain when a record was made, as the hypervisor listed it.</summary>
/// <param name="Record">The record's number.</param>
/// <param name="Running">The VMs.</param>
public sealed record DomainSnapshot(ulong Record, ImmutableHashSet<Guid> Running);
