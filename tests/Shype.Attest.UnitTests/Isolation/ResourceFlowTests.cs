using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flows;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;
using Shype.Attest.Isolation.Guarantees.Inputs;
using Xunit;
using static Shype.Attest.UnitTests.Isolation.ModelTests;

namespace Shype.Attest.UnitTests.Isolation;

/// <summary>Flows that begin or end at a resource: by what was attached, in the order of time; and logs that are too long to be followed.</summary>
public sealed class ResourceFlowTests
{
    private static readonly AcmPolicy Policy = PolicySketch.Read("demo", "1.0", ["ste a b c", "vm host: a b c", "vm a: a", "vm ab: a b", "vm b: b", "vm c: c", "resource ra: a", "resource rb: b"]);

    [Fact]
    public void Who_gets_a_resource_can_read_it_and_pass_it_on()
    {
        var flow = Flow("ra", "b", Start(1, "ab"), Attach(1, "ra"), Start(2, "b"))!;
        Assert.Equal(["ra", "ab", "b"], flow.Path.AsEnumerable());
        Assert.Equal([2UL, 3UL], flow.Records.AsEnumerable());
        Assert.Contains("vm1 ('ab') got disk x with label 'ra' at record 2", flow.Sentence, StringComparison.Ordinal);
        Assert.Null(Flow("ra", "b", Start(1, "ab"), Start(2, "b")));
        Assert.Null(Flow("ra", "c", Start(1, "ab"), Attach(1, "ra"), Start(2, "c")));
    }

    [Fact]
    public void Who_has_a_resource_can_write_to_it_once_something_got_there()
    {
        var flow = Flow("a", "rb", Start(2, "ab"), Attach(2, "rb"), Start(1, "a"))!;
        Assert.Equal(["a", "ab", "rb"], flow.Path.AsEnumerable());
        Assert.Contains("vm2 ('ab') had disk x with label 'rb' at record 3", flow.Sentence, StringComparison.Ordinal);
        Assert.Null(Flow("a", "rb", Start(2, "ab"), Attach(2, "rb"), new ResourceDetaches(Uuid(2), "disk", "x"), Start(1, "a")));
        Assert.Null(Flow("a", "rb", Start(2, "ab"), Attach(2, "rb"), new VmStops(Uuid(2)), Start(1, "a")));
    }

    [Fact]
    public void From_one_resource_to_another_it_takes_who_has_both()
    {
        Assert.Equal(["ra", "ab", "rb"], Flow("ra", "rb", Start(1, "ab"), Attach(1, "ra"), Attach(1, "rb", "y"))!.Path.AsEnumerable());
        Assert.Null(Flow("ra", "rb", Start(1, "ab"), Attach(1, "rb", "y"), new ResourceDetaches(Uuid(1), "disk", "y"), Attach(1, "ra")));
        Assert.Null(Flow("ra", "rb", Start(1, "a"), Attach(1, "ra"), Start(2, "b"), Attach(2, "rb")));
    }

    [Fact]
    public void A_mediator_neither_reads_nor_writes_for_others() =>
        Assert.Null(Flow(["host", "ab"], "ra", "rb", Start(1, "ab"), Attach(1, "ra"), Attach(1, "rb", "y")));

    [Fact]
    public void A_VM_that_starts_again_as_another_carries_what_it_got()
    {
        var flow = Flow("a", "c", Start(1, "a"), new VmStops(Uuid(1)), Start(1, "c"))!;
        Assert.Equal(["a", "c"], flow.Path.AsEnumerable());
        Assert.Equal(3UL, flow.Records[^1]);
        Assert.Equal(["a", "ab", "c"], Flow("a", "c", Start(1, "a"), Start(2, "ab"), new VmRelabels(Uuid(2), "c"))!.Path.AsEnumerable());
    }

    [Fact]
    public void A_disk_whose_label_no_record_tells_leaves_it_open()
    {
        VmIdentity Started(ulong record, VmStarts start, params MeasuredImage[] images) => new(record, start.Vm, "sha256:c") { Images = [.. images] };
        EnforcementEvent[] events = [Start(1, "a"), Start(2, "b"), Attach(2, "rb")];
        Guarantee Prove(params VmIdentity[] starts) => NoActualFlow.Prove(Evidence(events) with { Starts = [.. starts] }, "ra", "b");
        Assert.Equal(GuaranteeVerdict.Holds, Prove(Started(2, Start(2, "b"), new MeasuredImage("disk x", null))).Verdict);
        Assert.Equal(GuaranteeVerdict.Holds, Prove(Started(1, Start(1, "a"), new MeasuredImage("kernel", "sha256:k"))).Verdict);
        Assert.Contains("record 1 does not tell the labels of the disks", Prove(Started(1, Start(1, "a"), new MeasuredImage("disk x", null))).Missing, StringComparison.Ordinal);
        Assert.Equal(GuaranteeVerdict.Unknown, NoActualFlow.Prove(Evidence(events), "ra", "b").Verdict);
        Assert.Contains("no label 'nobody'", NoActualFlow.Prove(Evidence(events), "nobody", "b").Missing, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, GuaranteeVerdict.Holds)]
    [InlineData(true, GuaranteeVerdict.Unknown)]
    public void A_log_that_takes_too_many_steps_is_never_a_yes(bool isOver, GuaranteeVerdict verdict)
    {
        const int Types = 400;
        var types = string.Join(' ', Enumerable.Range(0, Types).Select(i => $"t{i}"));
        var policy = PolicySketch.Read("wide", "1.0", [$"ste {types} z", "vm host: t0", $"vm a: {types}", "vm b: z"]);
        // Each start and stop looks at every type.
        var rounds = (ActualFlow.MaxSteps / ((2 * Types) + 2)) + (isOver ? 1 : -1);
        var events = Enumerable.Range(0, rounds).SelectMany(_ => (EnforcementEvent[])[Start(2, "a"), new VmStops(Uuid(2))]);
        var history = new IsolationHistory(policy, [.. events.Select((happened, i) => new LoggedEvent((ulong)i + 1, happened))], gap: null);
        Assert.Equal(verdict, NoActualFlow.Prove(new(policy, history) { Mediators = ["host"] }, "b", "a").Verdict);
    }

    private static Witness? Flow(string from, string to, params EnforcementEvent[] events) => Flow(["host"], from, to, events);

    private static Witness? Flow(string[] mediators, string from, string to, params EnforcementEvent[] events)
    {
        var evidence = Evidence(events) with { Mediators = [.. mediators], Starts = [] };
        var now = DemandProof.Prove(evidence, new NoFlow(from, to, Transitively: true, [])).Now!;
        Assert.Equal(now.Witness is null ? GuaranteeVerdict.Holds : GuaranteeVerdict.Violated, now.Verdict);
        return now.Witness;
    }

    private static IsolationEvidence Evidence(EnforcementEvent[] events) =>
        new(Policy, new(Policy, [.. events.Select((happened, i) => new LoggedEvent((ulong)i + 1, happened))], gap: null)) { Mediators = ["host"] };

    private static VmStarts Start(int vm, string label) => new(new(Uuid(vm), $"vm{vm}", label));

    private static ResourceAttaches Attach(int vm, string label, string name = "x") => new(Uuid(vm), new("disk", name, label));
}
