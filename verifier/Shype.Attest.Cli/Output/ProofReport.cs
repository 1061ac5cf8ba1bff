using Shype.Attest.Isolation.Flows;
using Shype.Attest.Isolation.Guarantees;

namespace Shype.Attest.Cli.Output;

/// <summary>What was proven and refuted, in JSON (docs/guarantees.md).</summary>
/// <param name="Policy">Name and version of the policy; of a binary one for Xen what it is.</param>
/// <param name="CanonicalDigest">SHA-256 of its meaning, hex; of a binary policy for Xen of its file.</param>
/// <param name="Holds">Whether every guarantee holds.</param>
/// <param name="Guarantees">Each one.</param>
public sealed record ProofReport(string Policy, string CanonicalDigest, bool Holds, IReadOnlyList<GuaranteeReport> Guarantees);

/// <summary>One guarantee in JSON.</summary>
/// <param name="Id">The demand's or guarantee's id.</param>
/// <param name="Verdict">holds, violated or unknown.</param>
/// <param name="Strength">enforced, gated, observed, unknown or violated.</param>
/// <param name="Text">What was found.</param>
public sealed record GuaranteeReport(string Id, string Verdict, string Strength, string Text)
{
    /// <summary>What shows that it does not hold.</summary>
    public WitnessReport? Witness { get; init; }

    /// <summary>The evidence that would be needed.</summary>
    public string? Missing { get; init; }

    /// <summary>Of a demand: the answer for what runs, and ran since boot.</summary>
    public GuaranteeReport? Now { get; init; }

    /// <summary>Of a demand: the answer for every state that the policy admits.</summary>
    public GuaranteeReport? Always { get; init; }

    /// <summary>The report of a guarantee.</summary>
    public static GuaranteeReport Of(Guarantee guarantee)
    {
        ArgumentNullException.ThrowIfNull(guarantee);
        return new(guarantee.Id, Word(guarantee.Verdict), Word(guarantee.Strength), guarantee.Sentence)
        {
            Witness = guarantee.Witness is { } witness ? new(witness.Sentence, witness.Path, witness.Records) : null,
            Missing = guarantee.Missing,
            Now = guarantee.Now is { } now ? Of(now) : null,
            Always = guarantee.Always is { } always ? Of(always) : null,
        };
    }

    /// <summary>A verdict as results say it.</summary>
    public static string Word(GuaranteeVerdict verdict) => verdict switch
    {
        GuaranteeVerdict.Holds => "holds",
        GuaranteeVerdict.Violated => "violated",
        _ => "unknown",
    };

    private static string Word(GuaranteeStrength strength) => strength switch
    {
        GuaranteeStrength.Enforced => "enforced",
        GuaranteeStrength.Gated => "gated",
        GuaranteeStrength.Observed => "observed",
        GuaranteeStrength.Violated => "violated",
        _ => "unknown",
    };
}

/// <summary>A witness in JSON.</summary>
/// <param name="Text">In words.</param>
/// <param name="Path">The labels of a flow, in order.</param>
/// <param name="Records">Numbers of records of the log.</param>
public sealed record WitnessReport(string Text, IReadOnlyList<string> Path, IReadOnlyList<ulong> Records);

/// <summary>Whether and how two labels are connected, in JSON.</summary>
/// <param name="From">The one label.</param>
/// <param name="To">The other.</param>
/// <param name="Connected">Whether anything can get from one to the other.</param>
/// <param name="Text">In words.</param>
/// <param name="Path">The labels on the shortest way.</param>
/// <param name="Types">The type of each step.</param>
public sealed record FlowReport(string From, string To, bool Connected, string Text, IReadOnlyList<string> Path, IReadOnlyList<string?> Types)
{
    /// <summary>The report of a way, or that there is none.</summary>
    public static FlowReport Of(string from, string to, FlowPath? path, string text) =>
        new(from, to, path is not null, text, path?.Labels ?? [], path?.Steps.Select(step => step.Type).ToList() ?? []);
}
