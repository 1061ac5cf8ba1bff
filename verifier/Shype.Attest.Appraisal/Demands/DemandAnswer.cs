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
        _ when Demand is LabelIs or PolicyUnchanged or EnforcedBy or GuaranteeHolds { Guarantee: "G3" or "G4" or "G5" or "G7" or "G8" or "G9" or "G18" or "G19" or "G24" } => Find(FindingCode.ConfigurationDemandViolated, subject),
        _ => Find(FindingCode.IsolationDemandViolated, subject),
    };

    /// <summary>The answer as a result says it.</summary>
    public ResultGuarantee ToResult(string demandedBy) => new()
    {
        Id = Demand.Id,
        DemandedBy = demandedBy,
        Demand = DemandJson.Write(Demand),
        Verdict = Answer.Verdict switch
        {
            GuaranteeVerdict.Holds => "holds",
            GuaranteeVerdict.Violated => "violated",
            _ => "unknown",
        },
        Strength = Word(Answer.Strength),
        Text = Answer.Sentence,
        Missing = Answer.Missing,
        Witness = Answer.Witness is { } witness ? ToResult(witness) : null,
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

    private static ResultWitness ToResult(Witness witness) => new()
    {
        Text = witness.Sentence,
        Path = witness.Path.IsEmpty ? null : witness.Path,
        Records = witness.Records.IsEmpty ? null : witness.Records,
    };

    private Finding Find(FindingCode code, string subject) =>
        new(code, subject, Answer.Witness is { Records: [var record, ..] } ? record : null, Found: Demand.Id, Detail: Answer.Missing ?? Answer.Sentence.TrimEnd('.'));
}
