using System.Collections.Immutable;
using CsCheck;
using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flows;
using Shype.Attest.Isolation.Guarantees;
using Xunit;
using static Shype.Attest.UnitTests.Isolation.ModelTests;

namespace Shype.Attest.UnitTests.Isolation;

public class FlowTests
{
    // a and b meet only over the mediator, c and a over the bridge.
    private static readonly AcmPolicy Policy = PolicySketch.Read("flows", "1.0",
    [
        "ste a b c n", "wall h", "vm host: a b c n | h", "vm a: a", "vm b: b", "vm c: c", "vm net: a b", "vm bridge: a c", "vm user: n", "vm other: n", "resource disk: n",
    ]);

    [Fact]
    public void The_shortest_way_goes_over_no_mediator()
    {
        Assert.Equal(["a", "net", "b"], Graph("host").Shortest("a", "b")!.Labels.AsEnumerable());
        Assert.Null(Graph("host", "net").Shortest("a", "b"));
        Assert.Equal(["c", "bridge", "a"], Graph("host", "net").Shortest("c", "a")!.Labels.AsEnumerable());
        Assert.Equal(["c", "bridge", "net", "b"], Graph("host").Shortest("c", "b")!.Labels.AsEnumerable());
        Assert.Equal("'a' shares {a} with 'net', which shares {b} with 'b'", Graph("host").Shortest("a", "b")!.Sentence);
        Assert.Equal(["host", "b"], Graph("host").Shortest("host", "b")!.Labels.AsEnumerable());
    }

    [Fact]
    public void Ways_are_found_exactly_where_a_search_over_label_pairs_finds_them() =>
        Gen.Select(Gen.Shuffle(new[] { "a", "b", "c", "d", "e", "f" }, 0, 2).Array[6], Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 5]).Sample((labels, from, to, mediator) =>
        {
            var policy = PolicySketch.ReadUnchecked("random", "1.0",
                ["ste a b c d e f", "wall h", "vm host: a b c d e f | h", .. labels.Select((types, i) => $"vm l{i}: {string.Join(' ', types)} |")]);
            var expected = Distance(labels, from, to, mediator);

            var path = new FlowGraph(policy, new HashSet<string> { "host", $"l{mediator}" }).Shortest($"l{from}", $"l{to}");

            Assert.Equal(expected, path?.Steps.Length);
        });

    [Fact]
    public void Only_what_ran_together_can_have_told_each_other()
    {
        Assert.Null(Flow("a", "b", Start(1, "a"), Start(2, "b")));
        Assert.Equal(["a", "net", "b"], Flow("a", "b", Start(1, "a"), Start(3, "net"), Stop(1), Start(2, "b"))!.Path.AsEnumerable());
        Assert.Null(Flow("a", "b", Start(1, "a"), Stop(1), Start(3, "net"), Start(2, "b")));
        Assert.Null(Flow("a", "b", Start(3, "net"), Start(2, "b"), Stop(3), Start(1, "a")));
        Assert.Equal([2UL, 3UL], Flow("a", "b", Start(3, "net"), Start(1, "a"), Start(2, "b"))!.Records.AsEnumerable());
    }

    [Fact]
    public void What_a_VM_knows_outlives_its_restart() =>
        Assert.NotNull(Flow("a", "b", Start(1, "a"), Start(3, "net"), Stop(1), Stop(3), Start(3, "net"), Start(2, "b")));

    [Fact]
    public void A_disk_tells_only_who_gets_it_later()
    {
        var disk = new Resource("disk", "x", "disk");
        EnforcementEvent Attach(int vm) => new ResourceAttaches(Uuid(vm), disk);
        EnforcementEvent Detach(int vm) => new ResourceDetaches(Uuid(vm), "disk", "x");
        Assert.NotNull(Flow("user", "other", Start(1, "user"), Attach(1), Stop(1), Start(2, "other"), Attach(2)));
        Assert.Null(Flow("user", "other", Start(2, "other"), Attach(2), Detach(2), Stop(2), Start(1, "user"), Attach(1)));
        Assert.Null(Flow("user", "other", Start(1, "user"), Stop(1), Start(2, "other"), Attach(2)));
    }

    [Fact]
    public void A_trusted_mediator_passes_nothing_on() =>
        Assert.Null(ActualFlowOf(["host", "net"], "a", "b", [Start(1, "a"), Start(3, "net"), Start(2, "b")]).Witness);

    [Fact]
    public void A_mediator_may_be_where_a_way_ends() =>
        Assert.Equal(["a", "net"], ActualFlowOf(["host", "net"], "a", "net", [Start(1, "a"), Start(3, "net")]).Witness!.Path.AsEnumerable());

    private static Witness? Flow(string from, string to, params EnforcementEvent[] events) => ActualFlowOf(["host"], from, to, events).Witness;

    private static Guarantee ActualFlowOf(ImmutableHashSet<string> mediators, string from, string to, EnforcementEvent[] events)
    {
        var history = new IsolationHistory(Policy, [.. events.Select((happened, i) => new LoggedEvent((ulong)i + 1, happened))], gap: null);
        var guarantee = NoActualFlow.Prove(new(Policy, history) { Mediators = mediators }, from, to);
        Assert.Equal(guarantee.Witness is null ? GuaranteeVerdict.Holds : GuaranteeVerdict.Violated, guarantee.Verdict);
        return guarantee;
    }

    private static FlowGraph Graph(params string[] mediators) => new(Policy, mediators.ToHashSet());

    private static VmStarts Start(int vm, string label) => new(new(Uuid(vm), $"vm{vm}", label));

    private static VmStops Stop(int vm) => new(Uuid(vm));

    // Floyd and Warshall over pairs of labels; a mediator is no stop on the way.
    private static int? Distance(string[][] types, int from, int to, int mediator)
    {
        const int Far = 1000;
        var steps = new int[6, 6];
        for (var i = 0; i < 6; i++)
        {
            for (var j = 0; j < 6; j++)
            {
                steps[i, j] = types[i].Intersect(types[j]).Any() ? 1 : Far;
            }
        }

        foreach (var over in Enumerable.Range(0, 6).Where(over => over != mediator))
        {
            for (var i = 0; i < 6; i++)
            {
                for (var j = 0; j < 6; j++)
                {
                    steps[i, j] = Math.Min(steps[i, j], steps[i, over] + steps[over, j]);
                }
            }
        }

        return steps[from, to] >= Far ? null : steps[from, to];
    }
}
