using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;
using Xunit;
using static Shype.Attest.UnitTests.Isolation.ModelTests;

namespace Shype.Attest.UnitTests.Isolation;

public class GuaranteeTests
{
    private static readonly string[] Sketch =
    [
        "ste a b n", "wall a b h", "set rivals a b", "vm host: a b n | h", "vm a: a n | a", "vm b: b | b", "vm net: n", "vm ghost:", "resource a: a", "resource n: n",
    ];

    private static readonly AcmPolicy Policy = PolicySketch.Read("demo", "1.0", Sketch);

    private static readonly Func<IsolationEvidence, Guarantee>[] OverTheLog =
        [KnownLabels.Prove, NoConflictNow.Prove, NoViolationEver.Prove, ResourceAccess.Prove, ExclusiveDevices.Prove, HostAuthorisation.Prove];

    [Fact]
    public void A_quiet_boot_keeps_every_guarantee_as_strongly_as_its_keeper()
    {
        var evidence = Boot(Start(1, "a"), new ResourceAttaches(Uuid(1), new("disk", "x", "a")), Stop(1), Start(2, "b")) with { Keeper = GuaranteeStrength.Gated };
        Assert.All(OverTheLog, prove => Assert.Equal((GuaranteeVerdict.Holds, GuaranteeStrength.Gated), (prove(evidence).Verdict, prove(evidence).Strength)));
        Assert.Equal(GuaranteeVerdict.Holds, LabelTypes.Prove(evidence).Verdict);
    }

    [Fact]
    public void Without_a_log_and_with_a_gap_nothing_holds_that_needs_it()
    {
        Assert.All(OverTheLog, prove => Assert.Equal(GuaranteeStrength.Unknown, prove(new(Policy, null)).Strength));
        Assert.All(OverTheLog, prove => Assert.Equal("crash", prove(new(Policy, new(Policy, [], "crash"))).Missing));
    }

    [Fact]
    public void A_conflict_is_shown_now_and_in_the_past_with_its_record()
    {
        var evidence = Boot(Start(1, "a"), Start(2, "b"));
        Assert.Equal(["a", "b"], NoConflictNow.Prove(evidence).Witness!.Path.AsEnumerable());
        Assert.Equal([2UL], NoViolationEver.Prove(evidence).Witness!.Records.AsEnumerable());

        var over = Boot(Start(1, "a"), Start(2, "b"), Stop(1));
        Assert.Equal(GuaranteeVerdict.Holds, NoConflictNow.Prove(over).Verdict);
        Assert.Equal(GuaranteeStrength.Violated, NoViolationEver.Prove(over).Strength);
    }

    [Fact]
    public void Strangers_bridges_and_forbidden_resources_are_shown()
    {
        Assert.Equal(GuaranteeVerdict.Violated, KnownLabels.Prove(Boot(Start(1, null))).Verdict);
        Assert.Equal(GuaranteeVerdict.Unknown, NoConflictNow.Prove(Boot(Start(1, "who"))).Verdict);
        Assert.Equal([2UL], ResourceAccess.Prove(Boot(Start(1, "b"), new ResourceAttaches(Uuid(1), new("disk", "x", "a")))).Witness!.Records.AsEnumerable());
        Assert.Equal(["a"], FewMediators.Prove(new(Policy, null) { Mediators = ["host"] }).Witness!.Path.AsEnumerable());
        Assert.Equal(GuaranteeVerdict.Holds, FewMediators.Prove(new(PolicySketch.Read("few", "1.0", ["ste a b", "vm host: a b", "vm a: a"]), null) { Mediators = ["host"] }).Verdict);
        Assert.Equal(["host", "ghost"], HostAuthorisation.Prove(Boot(Start(1, "ghost"))).Witness!.Path.AsEnumerable());
    }

    [Fact]
    public void A_device_of_the_host_under_two_labels_is_a_violation_and_a_disk_is_a_doubt()
    {
        EnforcementEvent Attach(int vm, string kind) => new ResourceAttaches(Uuid(vm), new(kind, "x", "n"));
        Assert.Equal([2UL, 4UL], ExclusiveDevices.Prove(Boot(Start(1, "a"), Attach(1, "pci"), Start(2, "net"), Attach(2, "pci"))).Witness!.Records.AsEnumerable());
        Assert.Equal(GuaranteeVerdict.Unknown, ExclusiveDevices.Prove(Boot(Start(1, "a"), Attach(1, "disk"), Start(2, "net"), Attach(2, "disk"))).Verdict);
        Assert.Equal(GuaranteeVerdict.Holds, ExclusiveDevices.Prove(Boot(Start(1, "a"), Attach(1, "pci"), Stop(1), Start(2, "net"), Attach(2, "pci"))).Verdict);
        Assert.Equal(GuaranteeVerdict.Holds, ExclusiveDevices.Prove(Boot(Start(1, "a"), Attach(1, "pci"), Start(2, "a"), Attach(2, "pci"))).Verdict);
    }

    [Fact]
    public void Two_types_of_one_set_in_a_label_are_shown()
    {
        var trap = PolicySketch.ReadUnchecked("trap", "1.0", ["ste t", "wall A B h", "set s A B", "vm host: t | h", "vm one: t | A", "vm both: t | A B"]);
        Assert.Equal(["both"], LabelTypes.Prove(new(trap, null)).Witness!.Path.AsEnumerable());
        Assert.Equal(GuaranteeVerdict.Violated, DemandProof.Prove(new(trap, null), new NeverTogether(["one", "both"])).Verdict);
    }

    public static TheoryData<Demand, GuaranteeVerdict> Demands => new()
    {
        { new NeverTogether(["a", "b"]), GuaranteeVerdict.Holds },
        { new NeverTogether(["a", "net"]), GuaranteeVerdict.Violated },
        { new NeverTogether(["a", "nobody"]), GuaranteeVerdict.Unknown },
        { new NoFlow("a", "b", Transitively: false, []), GuaranteeVerdict.Holds },
        { new NoFlow("a", "b", Transitively: true, []), GuaranteeVerdict.Violated },
        { new NoFlow("a", "b", Transitively: true, ["host"]), GuaranteeVerdict.Holds },
        { new NoFlow("a", "net", Transitively: false, ["host"]), GuaranteeVerdict.Violated },
        { new NoFlow("a", "nobody", Transitively: false, []), GuaranteeVerdict.Unknown },
        { new OnlySharesWith("a", ["net"]), GuaranteeVerdict.Holds },
        { new OnlySharesWith("a", ["b"]), GuaranteeVerdict.Violated },
        { new RunsAlone("a"), GuaranteeVerdict.Violated },
        { new LabelIs("vm1", "a"), GuaranteeVerdict.Holds },
        { new LabelIs("vm1", "b"), GuaranteeVerdict.Violated },
        { new LabelIs("vm7", "b"), GuaranteeVerdict.Unknown },
        { new ResourceOnly("a", ["a"]), GuaranteeVerdict.Holds },
        { new ResourceOnly("n", ["a"]), GuaranteeVerdict.Violated },
        { new ResourceOnly("nobody", ["a"]), GuaranteeVerdict.Unknown },
        { new PolicyUnchanged(), GuaranteeVerdict.Holds },
        { new EnforcedBy(GuaranteeStrength.Observed), GuaranteeVerdict.Holds },
        { new EnforcedBy(GuaranteeStrength.Gated), GuaranteeVerdict.Violated },
    };

    [Theory]
    [MemberData(nameof(Demands), DisableDiscoveryEnumeration = true)]
    public void A_demand_is_proven_refuted_or_left_open(Demand demand, GuaranteeVerdict verdict)
    {
        var proven = DemandProof.Prove(Boot(Start(1, "a")) with { Mediators = [] }, demand);
        Assert.True(verdict == proven.Verdict, proven.Sentence);
        Assert.Equal(verdict == GuaranteeVerdict.Violated && demand is not EnforcedBy, proven.Witness is not null);
        Assert.Equal(verdict == GuaranteeVerdict.Unknown, proven.Missing is not null);
    }

    [Fact]
    public void What_the_policy_rules_out_and_the_log_shows_is_refuted()
    {
        var proven = DemandProof.Prove(Boot(Start(1, "a"), Start(2, "b")), new NeverTogether(["a", "b"]));
        Assert.Equal([1UL, 2UL], proven.Witness!.Records.AsEnumerable());
        Assert.Equal((GuaranteeVerdict.Violated, GuaranteeVerdict.Holds), (proven.Now!.Verdict, proven.Always!.Verdict));
        var changed = new IsolationHistory(Policy, [], "changed") { PolicyChangedAt = 9 };
        Assert.Equal([9UL], DemandProof.Prove(new(Policy, changed), new PolicyUnchanged()).Witness!.Records.AsEnumerable());
    }

    private static IsolationEvidence Boot(params EnforcementEvent[] events) =>
        new(Policy, new(Policy, [.. events.Select((happened, i) => new LoggedEvent((ulong)i + 1, happened))], gap: null)) { Mediators = ["host"] };

    private static VmStarts Start(int vm, string? label) => new(new(Uuid(vm), $"vm{vm}", label));

    private static VmStops Stop(int vm) => new(Uuid(vm));
}
