namespace Shype.Attest.Agent.Commands;

/// <summary>What <c>enrol --json</c> prints.</summary>
public sealed record EnrolReport(string HostId, string HostName, string State);

/// <summary>What <c>measure boot --json</c> prints: the new records.</summary>
public sealed record MeasureReport(IReadOnlyList<RecordReport> Records);

/// <summary>One record of the log.</summary>
public sealed record RecordReport(ulong Number, int Pcr, string Type, string Text, IReadOnlyDictionary<string, string> Digests);

/// <summary>What <c>vm start|stop --json</c> prints.</summary>
public sealed record VmReport(
    string Name, bool Recorded, string? Uuid = null, bool? Permitted = null, string? Decision = null, RecordReport? Record = null);

/// <summary>What <c>measure image --json</c> prints.</summary>
public sealed record ImagesReport(IReadOnlyList<ImageReport> Images);

/// <summary>One measured file.</summary>
public sealed record ImageReport(string File, string Digest);

/// <summary>What <c>attest --json</c> prints.</summary>
public sealed record VerdictReport(string Status, IReadOnlyList<VerdictPartReport> Parts);

/// <summary>One part of a verdict.</summary>
public sealed record VerdictPartReport(string Name, string Status, string? Vm, IReadOnlyList<FindingReport> Findings);

/// <summary>One finding of a verdict.</summary>
public sealed record FindingReport(string Code, string Severity, string Text);

/// <summary>What <c>status --json</c> prints.</summary>
public sealed record StatusReport
{
    /// <summary>This boot's id.</summary>
    public required string Boot { get; init; }

    /// <summary>How many times the TPM was reset in its life.</summary>
    public required uint TpmResets { get; init; }

    /// <summary>"enforce" or "observe".</summary>
    public required string Mode { get; init; }

    /// <summary>The host's id; null before enrolment.</summary>
    public string? HostId { get; init; }

    /// <summary>Records of this boot.</summary>
    public required int Records { get; init; }

    /// <summary>The hypervisor, in words.</summary>
    public string? Hypervisor { get; init; }

    /// <summary>The policy in force, in words.</summary>
    public string? Policy { get; init; }

    /// <summary>What runs, in words.</summary>
    public required IReadOnlyList<string> Vms { get; init; }

    /// <summary>What the log admits to have missed.</summary>
    public required IReadOnlyList<string> Gaps { get; init; }

    /// <summary>The last verdict's status; null where there was none.</summary>
    public string? LastVerdict { get; init; }
}

/// <summary>What a command prints with <c>--json</c> when it ends badly.</summary>
public sealed record ErrorReport(string Error);

/// <summary>What <c>completion --json</c> prints.</summary>
/// <param name="Shell">The shell.</param>
/// <param name="Script">The script.</param>
public sealed record CompletionReport(string Shell, string Script);
