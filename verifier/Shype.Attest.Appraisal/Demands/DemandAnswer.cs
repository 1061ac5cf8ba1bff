using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.Demands;

/// <summary>What was demanded, and what came of it.</summary>
internal sealed record DemandAnswer(Demand Demand, Guarantee Answer)
{
    /// <summary>What a demand that is not proven does to the verdict; null for one that holds.</summary>
    public Finding? ToFinding(string subject) => Answer.Verdict switch
    {
        GuaranteeVerdict.Holds => null,
        GuaranteeVerdict.Unknown => Find(FindingCode.DemandNotProven, subject),
        _ when Demand.Concern == GuaranteeConcern.Configuration => Find(FindingCode.ConfigurationDemandViolated, subject),
        _ => Find(FindingCode.IsolationDemandViolated, subject),
    };

    /// <summary>The answer as a result says it.</summary>
    public ResultGuarantee ToResult(string demandedBy) => new()
    {
        Id = Demand.Id,
        DemandedBy = demandedBy,
        Demand = DemandJson.Write(Demand),
        Verdict = Word(Answer.Verdict),
        Strength = Word(Answer.Strength),
        Text = Answer.Sentence,
        Missing = Answer.Missing,
        Witness = Answer.Witness is { } witness ? ToResult(witness) : null,
        Now = Answer.Now is { } now ? ToResult(now) : null,
        Always = Answer.Always is { } always ? ToResult(always) : null,
    };

    /// <summary>A verdict as results say it.</summary>
    public static string Word(GuaranteeVerdict verdict) => verdict switch
    {
        GuaranteeVerdict.Holds => "holds",
        GuaranteeVerdict.Violated => "violated",
        _ => "unknown",
    };

    /// <summary>A strength as results say it.</summary>
    public static string Word(GuaranteeStrength strength) => strength switch
    {
        GuaranteeStrength.Enforced => "enforced",
        GuaranteeStrength.Gated => "gated",
        GuaranteeStrength.Observed => "observed",
        GuaranteeStrength.Violated => "violated",
        _ => "unknown",
    };

    private static ResultAnswer ToResult(Guarantee answer) => new()
    {
        Verdict = Word(answer.Verdict),
        Strength = Word(answer.Strength),
        Text = answer.Sentence,
        Missing = answer.Missing,
        Witness = answer.Witness is { } witness ? ToResult(witness) : null,
    };

    private static ResultWitness ToResult(Witness witness) => new()
    {
        Text = witness.Sentence,
        Path = witness.Path.IsEmpty ? null : witness.Path,
        Records = witness.Records.IsEmpty ? null : witness.Records,
    };

    private Finding Find(FindingCode code, string subject) =>
        new(code, subject, Answer.Witness is { Records: [var record, ..] } ? record : null, Found: Demand.Id, Detail: Answer.Missing ?? Answer.Sentence.TrimEnd('.'));
}
