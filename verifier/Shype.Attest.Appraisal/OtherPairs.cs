using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Flask;

namespace Shype.Attest.Appraisal;

/// <summary>What two VMs may share where no sHype policy says it: FLASK decides by rules between contexts, SILO by what it is.</summary>
internal static class OtherPairs
{
    /// <summary>One VM against each other one that runs; nothing where the module is another.</summary>
    public static IEnumerable<(bool IsKnown, string Sentence)> Of(Judgement judgement, Guid vm)
    {
        if (!judgement.Story.Running.TryGetValue(vm, out var self))
        {
            return [];
        }

        var others = judgement.Story.Running.Values.Where(image => image.Start.Uuid != vm).Select(image => image.Vm);
        return judgement.Flask?.Policy is { } policy ? UnderFlask(policy, judgement, self.Vm, others)
            : ModuleInForce.Of(judgement.Story, judgement.References) == EnforcementModule.Silo ? others.Select(other => UnderSilo(self.Vm, other))
            : [];
    }

    private static (bool IsKnown, string Sentence) UnderSilo(RunningVm self, RunningVm other) =>
        (true, $"{self.Name} and {other.Name} share no memory and no events: SILO lets unprivileged domains share with the control domain only, and what passes through that one it does not see");

    private static IEnumerable<(bool IsKnown, string Sentence)> UnderFlask(FlaskPolicy policy, Judgement judgement, RunningVm self, IEnumerable<RunningVm> others)
    {
        var contexts = judgement.Story.Running.Values.Select(image => ContextOf(policy, image.Vm)).OfType<FlaskContext>().Distinct();
        var known = FlaskCommunication.TryOf(policy, BooleanValues.Defaults(policy), contexts, out var communication, out _) ? communication : null;
        return others.Select(other => Between(policy, known, self, other));
    }

    private static (bool IsKnown, string Sentence) Between(FlaskPolicy policy, FlaskCommunication? communication, RunningVm self, RunningVm other)
    {
        if (communication is null || ContextOf(policy, self) is not { } one || ContextOf(policy, other) is not { } two)
        {
            return (false, $"nothing is known about {self.Name} and {other.Name}: {(communication is null ? "the policy is too large to judge" : "the policy does not have both contexts")}");
        }

        var flow = communication.Between(policy.Text(one), policy.Text(two)) ?? communication.Between(policy.Text(two), policy.Text(one));
        return flow is not null ? (true, $"{self.Name} and {other.Name} may share: {flow}")
            // Rules of a type about its own channels do not say whether they are about one domain or two of the type.
            : one.Type == two.Type ? (false, $"nothing is known about {self.Name} and {other.Name}: they run with one type")
            : (true, $"{self.Name} and {other.Name} share nothing directly, with the booleans as the policy sets them");
    }

    private static FlaskContext? ContextOf(FlaskPolicy policy, RunningVm vm) => vm.Label is { } label && policy.TryFindContext(label, out var context) ? context : null;
}
