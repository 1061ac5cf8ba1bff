using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>One statement about isolation, proven or not.</summary>
/// <param name="Id">Which: "G10".</param>
/// <param name="Verdict">Whether it holds.</param>
/// <param name="Strength">How much that is worth.</param>
/// <param name="Sentence">What was found, as one sentence with a full stop.</param>
public sealed record Guarantee(string Id, GuaranteeVerdict Verdict, GuaranteeStrength Strength, string Sentence)
{
    /// <summary>What shows that it does not hold.</summary>
    public Witness? Witness { get; init; }

    /// <summary>The evidence that would be needed to say more.</summary>
    public string? Missing { get; init; }

    /// <summary>Of a demand: the answer for what runs, and ran since boot.</summary>
    public Guarantee? Now { get; init; }

    /// <summary>Of a demand: the answer for every state that the policy admits.</summary>
    public Guarantee? Always { get; init; }

    internal static Guarantee Holds(string id, IsolationEvidence evidence, string sentence) => Holds(id, evidence.Keeper, sentence);

    internal static Guarantee Holds(string id, GuaranteeStrength keeper, string sentence) => new(id, GuaranteeVerdict.Holds, keeper, sentence);

    internal static Guarantee Violated(string id, string sentence, Witness? witness = null) =>
        new(id, GuaranteeVerdict.Violated, GuaranteeStrength.Violated, sentence) { Witness = witness };

    internal static Guarantee Unknown(string id, string missing) =>
        new(id, GuaranteeVerdict.Unknown, GuaranteeStrength.Unknown, $"Nothing can be said: {missing}.") { Missing = missing };
}

/// <summary>Whether a guarantee holds.</summary>
public enum GuaranteeVerdict
{
    /// <summary>It holds.</summary>
    Holds,

    /// <summary>It does not, and the witness shows it.</summary>
    Violated,

    /// <summary>Evidence is missing: never a yes.</summary>
    Unknown,
}

/// <summary>What a guarantee or demand speaks of, and so what is in question where it does not hold.</summary>
public enum GuaranteeConcern
{
    /// <summary>Whether VMs are kept apart.</summary>
    Isolation,

    /// <summary>Whether the host is set up as it should be: module, policy, labels, images.</summary>
    Configuration,
}

/// <summary>How strong a guarantee is, weakest first.</summary>
public enum GuaranteeStrength
{
    /// <summary>It is not proven: evidence is missing.</summary>
    Unknown,

    /// <summary>It does not hold.</summary>
    Violated,

    /// <summary>Only the log says so.</summary>
    Observed,

    /// <summary>The measured agent refuses what would break it.</summary>
    Gated,

    /// <summary>Hypervisor and policy make it impossible to break.</summary>
    Enforced,
}

/// <summary>The smallest thing that shows that something does not hold.</summary>
/// <param name="Sentence">In words, without a full stop.</param>
/// <param name="Path">The labels in order, of a flow from its beginning to its end.</param>
/// <param name="Records">The numbers of the log's records that show it.</param>
public sealed record Witness(string Sentence, ImmutableArray<string> Path, ImmutableArray<ulong> Records);
