namespace Shype.Attest.Protocol;

/// <summary>
/// What a verifier has of a log that was brought before the evidence that proves it. Nobody believes it yet; a long log need not begin anew where its upload was cut.
/// </summary>
public sealed record StagedLog
{
    /// <summary>The boot that the agent says it is of; null where there is nothing.</summary>
    public string? BootId { get; init; }

    /// <summary>Where it begins: a record's number, of an IMA list a byte.</summary>
    public required ulong First { get; init; }

    /// <summary>What comes next.</summary>
    public required ulong Next { get; init; }
}
