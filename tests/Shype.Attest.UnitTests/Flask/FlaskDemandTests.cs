using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Flask;
using Shype.Attest.Isolation.Flask.Guarantees;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;
using Shype.Attest.Isolation.Guarantees.Inputs;
using Xunit;
using static Shype.Attest.UnitTests.Isolation.ModelTests;

namespace Shype.Attest.UnitTests.Flask;

/// <summary>Demands over our small policy for Xen.</summary>
public sealed class FlaskDemandTests
{
    private const string Red1 = "customer_1:vm_r:red_t";
    private const string Red2 = "customer_2:vm_r:red_t";
    private const string Blue1 = "customer_1:vm_r:blue_t";
    private const string Driver = "system_u:system_r:driver_t";

    private static readonly FlaskPolicy Policy = Policies.Read("xen.30");

    public static TheoryData<Demand, GuaranteeVerdict> Demands => new()
    {
        { new NoFlow("blue_t", "red_t", true, []), GuaranteeVerdict.Violated },
        { new NoFlow("blue_t", "red_t", true, ["driver_t"]), GuaranteeVerdict.Holds },
        { new NoFlow("blue_t", "red_t", false, []), GuaranteeVerdict.Holds },
        { new NoFlow("blue_t", "driver_t", false, []), GuaranteeVerdict.Violated },
        { new NoFlow("driver_t", "blue_t", false, []), GuaranteeVerdict.Holds },
        { new NoFlow("blue_t", "driver_t", true, ["driver_t"]), GuaranteeVerdict.Violated },
        { new NoFlow("visitor_t", "red_t", false, []), GuaranteeVerdict.Holds },
        { new NoFlow("tenant_type", "red_t", false, []), GuaranteeVerdict.Unknown },
        { new NoFlow("blue_t", "red_t", true, ["nobody_t"]), GuaranteeVerdict.Unknown },
        { new NoFlow("red_t", "red_t", false, []), GuaranteeVerdict.Violated },
        { new NoFlow(Red1, Red2, false, []), GuaranteeVerdict.Holds },
        { new NoFlow(Red1, Red2, true, []), GuaranteeVerdict.Violated },
        { new NoFlow(Red1, "customer_1:vm_r:dom0_t", true, []), GuaranteeVerdict.Unknown },
        { new OnlySharesWith("blue_t", ["dom0_t", "driver_t"]), GuaranteeVerdict.Holds },
        { new OnlySharesWith("blue_t", ["dom0_t"]), GuaranteeVerdict.Violated },
        { new ResourceOnly("disk_t", ["blue_t", "driver_t"]), GuaranteeVerdict.Holds },
        { new ResourceOnly("disk_t", ["blue_t"]), GuaranteeVerdict.Violated },
        { new ResourceOnly("nic_t", ["driver_t"]), GuaranteeVerdict.Holds },
        { new NeverTogether(["red_t", "blue_t"]), GuaranteeVerdict.Unknown },
        { new RunsAlone("red_t"), GuaranteeVerdict.Unknown },
        { new EnforcedBy(GuaranteeStrength.Gated), GuaranteeVerdict.Violated },
        { new PolicyUnchanged(), GuaranteeVerdict.Unknown },
    };

    [Theory]
    [MemberData(nameof(Demands), DisableDiscoveryEnumeration = true)]
    public void A_demand_is_proven_refuted_or_left_open(Demand demand, GuaranteeVerdict verdict)
    {
        var proven = FlaskDemandProof.Prove(new(Policy) { Mediators = ["dom0_t"] }, demand);
        Assert.True(verdict == proven.Verdict, $"{demand}: {proven.Sentence}");
        Assert.Equal((demand.Id, verdict == GuaranteeVerdict.Unknown), (proven.Id, proven.Missing is not null));
        Assert.True(proven is { Now: not null, Always: not null });
    }

    [Fact]
    public void Of_what_runs_only_that_is_judged()
    {
        var demand = new NoFlow(Blue1, Red1, true, []);
        Assert.Equal(GuaranteeVerdict.Holds, Prove(demand, Start(1, Blue1), Start(2, Red1)).Now!.Verdict);
        Assert.Equal([Blue1, Driver, Red1], Prove(demand, Start(1, Blue1), Start(2, Red1), Start(3, Driver)).Now!.Witness!.Path.AsEnumerable());
        Assert.Equal(GuaranteeVerdict.Holds, Prove(demand, Start(1, Blue1), new VmStops(Uuid(1)), Start(2, Red1), Start(4, Red2)).Now!.Verdict);
        Assert.Equal(GuaranteeVerdict.Unknown, Prove(demand, Start(1, Blue1), Start(2, "who")).Now!.Verdict);
        Assert.Equal(GuaranteeVerdict.Unknown, FlaskDemandProof.Prove(Evidence([Start(1, Blue1)], "crash") with { Mediators = ["dom0_t"] }, demand).Now!.Verdict);
    }

    [Fact]
    public void What_is_over_may_have_carried_on_what_it_got_and_is_never_left_out_of_a_yes()
    {
        var demand = new NoFlow(Blue1, Red1, true, []);
        var passedOn = Prove(demand, Start(1, Blue1), Start(3, Driver), new VmStops(Uuid(1)), Start(2, Red1), new VmStops(Uuid(3))).Now!;
        Assert.Equal(GuaranteeVerdict.Unknown, passedOn.Verdict);
        Assert.Contains("which order of time is not followed", passedOn.Missing, StringComparison.Ordinal);
        Assert.Contains("two labels", Prove(demand, Start(1, Blue1), new VmStops(Uuid(1)), Start(1, Red1)).Now!.Missing, StringComparison.Ordinal);
        Assert.Contains("two labels", Prove(demand, Start(1, Blue1), new VmRelabels(Uuid(1), Red1)).Now!.Missing, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_that_ran_together_refute_though_FLASK_has_no_notion_of_it()
    {
        Assert.Equal([1UL, 2UL], Prove(new NeverTogether(["blue_t", "red_t"]), Start(1, Blue1), Start(2, Red1)).Witness!.Records.AsEnumerable());
        Assert.Equal(GuaranteeVerdict.Violated, Prove(new NeverTogether([Red1, Red2]), Start(1, Red1), Start(2, Red2)).Verdict);
        Assert.Equal(GuaranteeVerdict.Holds, Prove(new NeverTogether([Red1, Red2]), Start(1, Red1), new VmStops(Uuid(1)), Start(2, Red2)).Now!.Verdict);
        Assert.Equal(GuaranteeVerdict.Violated, Prove(new RunsAlone("red_t"), Start(1, Red1), Start(2, Blue1)).Verdict);
        Assert.Equal(GuaranteeVerdict.Holds, Prove(new RunsAlone("red_t"), Start(1, Red1), Start(2, Red2)).Now!.Verdict);
    }

    [Fact]
    public void A_label_is_a_type_or_a_whole_context()
    {
        Assert.Equal(GuaranteeVerdict.Holds, Prove(new LabelIs("vm1", "red_t"), Start(1, Red1)).Verdict);
        Assert.Equal(GuaranteeVerdict.Holds, Prove(new LabelIs("vm1", Red1), Start(1, Red1)).Verdict);
        Assert.Equal(GuaranteeVerdict.Violated, Prove(new LabelIs("vm1", Red2), Start(1, Red1)).Verdict);
        Assert.Equal(GuaranteeVerdict.Unknown, Prove(new LabelIs("vm2", Red2), Start(1, Red1)).Verdict);
    }

    [Fact]
    public void Numbered_guarantees_are_answered_as_far_as_FLASK_knows_them()
    {
        var evidence = Evidence([Start(1, Red1)], null) with
        {
            File = "sha256:f",
            Module = new(1, "flask", true) { HypervisorKind = "xen", CommandLine = "", BuiltIn = "flask" },
            Policies = [new(1, "flask", true) { Active = "sha256:f" }],
        };
        Assert.Equal(["G3", "G7", "G9"], GuaranteeProof.Ids.Where(id => FlaskGuarantees.Prove(evidence, id).Verdict == GuaranteeVerdict.Holds));
        Assert.Contains("2 booleans", FlaskGuarantees.Prove(evidence, "G4").Missing, StringComparison.Ordinal);
        Assert.Contains("sequence number", FlaskGuarantees.Prove(evidence, "G5").Missing, StringComparison.Ordinal);
        Assert.Equal(GuaranteeVerdict.Violated, FlaskGuarantees.Prove(evidence with { File = "sha256:g" }, "G4").Verdict);
        Assert.Equal(GuaranteeVerdict.Violated, FlaskGuarantees.Prove(evidence with { Policies = evidence.Policies.Add(new MeasuredPolicy(9, "flask", true) { Active = "sha256:g", IsChange = true }) }, "G5").Verdict);
        Assert.Equal(GuaranteeVerdict.Violated, FlaskGuarantees.Prove(Evidence([Start(1, "who")], null), "G9").Verdict);
        Assert.Throws<ArgumentException>(() => FlaskGuarantees.Prove(evidence, "G99"));
    }

    [Fact]
    public void A_policy_for_Linux_leaves_every_flow_open()
    {
        var linux = Policies.Read("selinux.33");
        var proven = FlaskDemandProof.Prove(new(linux), new NoFlow(linux.Types[0].Name, linux.Types[1].Name, true, []));
        Assert.Contains("not for Xen", proven.Missing, StringComparison.Ordinal);
    }

    private static Guarantee Prove(Demand demand, params EnforcementEvent[] events) => FlaskDemandProof.Prove(Evidence(events, null) with { Mediators = ["dom0_t"] }, demand);

    private static FlaskEvidence Evidence(EnforcementEvent[] events, string? gap) =>
        new(Policy) { History = new([.. events.Select((happened, i) => new LoggedEvent((ulong)i + 1, happened))], gap) };

    private static VmStarts Start(int vm, string label) => new(new(Uuid(vm), $"vm{vm}", label));
}
