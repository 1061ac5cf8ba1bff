using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Appraisal.Memory;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>Does what somebody demands of isolation hold, as far as it was measured?</summary>
internal static class DemandStep
{
    /// <summary>What the operator demands of every host.</summary>
    public static IEnumerable<Finding> Check(Judgement judgement, DemandSet demands) =>
        demands.IsEmpty ? [] : FindingsOf(judgement.Guarantees.Demands.AnswerAgain(demands), "rules.guarantees");

    /// <summary>What speaks against a host by answers to demands that stand in a list of that name.</summary>
    public static IEnumerable<Finding> FindingsOf(IReadOnlyList<DemandAnswer> answers, string list) =>
        answers.Select((answer, index) => answer.ToFinding($"{list}[{index}]")).OfType<Finding>();
}
