using CsCheck;
using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;
using Xunit;
using static Shype.Attest.UnitTests.Isolation.ModelTests;

namespace Shype.Attest.UnitTests.Isolation;

/// <summary>The two answers to a demand, against each other and against a plain look at every moment of the log.</summary>
public class DemandScopeTests
{
    private static readonly Gen<string> Label = Gen.Int[0, 4].Select(i => $"l{i}");

    private static readonly Gen<Demand> Demands = Gen.OneOf(
        Gen.Select(Label, Label).Where(pair => pair.Item1 != pair.Item2).Select(pair => (Demand)new NeverTogether([pair.Item1, pair.Item2])),
        Gen.Select(Label, Label, Gen.Bool, Gen.Bool).Where((from, to, _, _) => from != to).Select((from, to, transitively, host) => (Demand)new NoFlow(from, to, transitively, host ? ["host"] : [])),
        Gen.Select(Label, Label).Select((one, other) => (Demand)new OnlySharesWith(one, [other])),
        Label.Select(label => (Demand)new RunsAlone(label)),
        Gen.Select(Gen.Int[0, 2], Label).Select((resource, label) => (Demand)new ResourceOnly($"r{resource}", [label])));

    [Fact]
    public void What_holds_in_every_admitted_state_is_refuted_by_no_log_of_admitted_events() =>
        Gen.Select(Policy, Events, Demands).Sample((policy, events, demand) =>
        {
            var proven = DemandProof.Prove(Evidence(policy, Admitted(policy, events)), demand);
            Assert.False(proven is { Always.Verdict: GuaranteeVerdict.Holds, Now.Verdict: GuaranteeVerdict.Violated }, $"{demand}: {proven.Now?.Sentence}");
            Assert.Equal(proven.Always!.Verdict == GuaranteeVerdict.Holds && proven.Now!.Verdict != GuaranteeVerdict.Violated, proven.Verdict == GuaranteeVerdict.Holds);
        });

    [Fact]
    public void What_ran_together_is_found_exactly_where_a_look_at_every_moment_finds_it() =>
        Gen.Select(Policy, Events, Label, Label).Sample((policy, events, one, other) =>
        {
            var (never, alone) = (false, false);
            var state = EnforcementState.AtBoot(policy);
            foreach (var happened in events)
            {
                state = Enforcement.Record(state, happened);
                var labels = state.Running.Where(vm => !vm.IsHost).Select(vm => vm.EffectiveLabel).ToHashSet();
                never |= one != other && labels.Contains(one) && labels.Contains(other);
                alone |= labels.Contains(one) && labels.Count > 1;
            }

            var evidence = Evidence(policy, events);
            Assert.Equal(never, DemandProof.Prove(evidence, new NeverTogether([one, other])).Now!.Verdict == GuaranteeVerdict.Violated);
            Assert.Equal(alone, DemandProof.Prove(evidence, new RunsAlone(one)).Now!.Verdict == GuaranteeVerdict.Violated);
        });

    [Fact]
    public void A_demand_that_only_the_log_decides_is_open_for_every_other_state()
    {
        var policy = PolicySketch.Read("demo", "1.0", ["ste t", "vm host: t", "vm a: t"]);
        var proven = DemandProof.Prove(Evidence(policy, [new VmStarts(new(Uuid(1), "one", "a"))]), new LabelIs("one", "a"));
        Assert.Equal((GuaranteeVerdict.Holds, GuaranteeVerdict.Holds, GuaranteeVerdict.Unknown), (proven.Verdict, proven.Now!.Verdict, proven.Always!.Verdict));
    }

    [Fact]
    public void A_flow_in_one_step_passes_over_nobody()
    {
        var policy = PolicySketch.Read("demo", "1.0", ["ste a b h", "vm host: h a b", "vm a: a", "vm net: a b", "vm b: b"]);
        var evidence = Evidence(policy, [new VmStarts(new(Uuid(1), "one", "a")), new VmStarts(new(Uuid(2), "two", "net")), new VmStarts(new(Uuid(3), "three", "b"))]);
        Assert.Equal(GuaranteeVerdict.Holds, DemandProof.Prove(evidence, new NoFlow("a", "b", Transitively: false, [])).Now!.Verdict);
        Assert.Equal(["a", "net", "b"], DemandProof.Prove(evidence, new NoFlow("a", "b", Transitively: true, ["host"])).Now!.Witness!.Path.AsEnumerable());
        Assert.Equal([1UL, 2UL], DemandProof.Prove(evidence, new OnlySharesWith("a", [])).Now!.Witness!.Records.AsEnumerable());
    }

    [Fact]
    public void A_resource_in_the_wrong_hands_is_shown_with_its_record()
    {
        var policy = PolicySketch.Read("demo", "1.0", ["ste a", "vm host: a", "vm a: a", "vm b: a", "resource r: a"]);
        var evidence = Evidence(policy, [new VmStarts(new(Uuid(1), "one", "b")), new ResourceAttaches(Uuid(1), new("disk", "x", "r"))]);
        Assert.Equal([2UL], DemandProof.Prove(evidence, new ResourceOnly("r", ["a"])).Now!.Witness!.Records.AsEnumerable());
        Assert.Equal(GuaranteeVerdict.Holds, DemandProof.Prove(evidence, new ResourceOnly("r", ["b"])).Now!.Verdict);
    }

    private static IsolationEvidence Evidence(AcmPolicy policy, IEnumerable<EnforcementEvent> events) =>
        new(policy, new(policy, [.. events.Select((happened, i) => new LoggedEvent((ulong)i + 1, happened))], gap: null));

    // Only what the policy lets happen; and no VM changes its label, which would carry what it knows to where no rule lets it flow.
    private static List<EnforcementEvent> Admitted(AcmPolicy policy, EnforcementEvent[] events)
    {
        var (state, labels, admitted) = (EnforcementState.AtBoot(policy), new Dictionary<Guid, string?>(), new List<EnforcementEvent>());
        foreach (var happening in events.Where(happening => happening is not VmRelabels))
        {
            if (!Enforcement.Decide(state, happening).Permitted
                || (happening is VmStarts { Vm: var vm } && (labels.TryGetValue(vm.Uuid, out var before) ? before : labels[vm.Uuid] = vm.Label) != vm.Label))
            {
                continue;
            }

            state = Enforcement.Record(state, happening);
            admitted.Add(happening);
        }

        return admitted;
    }
}
