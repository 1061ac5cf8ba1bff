using CsCheck;
using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Xunit;

namespace Shype.Attest.UnitTests.Isolation;

/// <summary>The engine, which counts, against the closed form of the same rules over sets of names, for policies and events at random.</summary>
public class ModelTests
{
    private const int Labels = 5;
    private static readonly string[] Types = ["a", "b", "c", "d", "e"];

    private static readonly Gen<string[]> SomeTypes = Gen.Shuffle(Types, 0, 3);
    private static readonly Gen<string[]> Set = Gen.Shuffle(Types, 2, 4);

    internal static readonly Gen<AcmPolicy> Policy =
        Gen.Select(Set.Array[0, 3], Gen.Select(SomeTypes, SomeTypes).Array[Labels], SomeTypes, Gen.Int[0, 4].Select(i => Types[i]).Array[3], (sets, labels, host, resources) => PolicySketch.ReadUnchecked("random", "1.0",
        [
            "ste " + string.Join(' ', Types),
            "wall " + string.Join(' ', Types),
            .. sets.Select((set, i) => $"set s{i} {string.Join(' ', set)}"),
            $"vm host: {string.Join(' ', Types.Take(4))} | {string.Join(' ', host)}",
            .. labels.Select((label, i) => $"vm l{i}: {string.Join(' ', label.Item1)} | {string.Join(' ', label.Item2)}"),
            .. resources.Select((type, i) => $"resource r{i}: {type}"),
        ]));

    internal static readonly Gen<EnforcementEvent[]> Events = Gen.OneOf(
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, Labels], (vm, label) => (EnforcementEvent)new VmStarts(new(Uuid(vm), $"vm{vm}", label == Labels ? null : $"l{label}"))),
        Gen.Int[0, 4].Select(vm => (EnforcementEvent)new VmStops(Uuid(vm))),
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, Labels], (vm, label) => (EnforcementEvent)new VmRelabels(Uuid(vm), label == Labels ? "host" : $"l{label}")),
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], (vm, resource) => (EnforcementEvent)new ResourceAttaches(Uuid(vm), new("disk", $"d{resource}", resource == 3 ? null : $"r{resource}"))),
        Gen.Select(Gen.Int[0, 4], Gen.Int[1, 4], (vm, peer) => (EnforcementEvent)new ResourceAttaches(Uuid(vm), new("grant", $"vm{peer}", null))),
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], (vm, resource) => (EnforcementEvent)new ResourceDetaches(Uuid(vm), "disk", $"d{resource}"))).Array[0, 25];

    [Fact]
    public void Counting_decides_as_the_closed_form_does_whether_events_are_asked_about_or_happened() =>
        Gen.Select(Policy, Events, Gen.Bool).Sample((policy, events, onlyPermitted) =>
        {
            var (model, state) = (new ClosedFormModel(policy), EnforcementState.AtBoot(policy));
            foreach (var happening in events)
            {
                var permitted = model.Permits(happening);
                var decision = Enforcement.Decide(state, happening);
                Assert.True(permitted == decision.Permitted, $"{happening}: the model says {permitted}, the engine {decision.Reason}: {decision.Sentence}");
                if (permitted || !onlyPermitted)
                {
                    model.Record(happening);
                    state = Enforcement.Record(state, happening);
                }
            }

            Assert.Equal(model.Running(), state.Running.ToDictionary(vm => vm.Uuid, vm => vm.Label));
        });

    [Fact]
    public void A_replay_at_once_finds_what_a_replay_step_by_step_finds() =>
        Gen.Select(Policy, Events, Gen.Int[0, 25]).Sample((policy, events, cut) =>
        {
            var state = EnforcementState.AtBoot(policy);
            var denied = new List<int>();
            for (var i = 0; i < events.Length; i++)
            {
                if (!Enforcement.Decide(state, events[i]).Permitted)
                {
                    denied.Add(i);
                }

                state = Enforcement.Record(state, events[i]);
            }

            var whole = StartReplay.Run(policy, events);
            var first = StartReplay.Run(policy, events.Take(cut));
            var rest = StartReplay.Run(first.End, events.Skip(cut));

            Assert.Equal(denied, whole.Violations.Select(violation => violation.Index));
            Assert.Equal(denied, [.. first.Violations.Select(violation => violation.Index), .. rest.Violations.Select(violation => violation.Index + Math.Min(cut, events.Length))]);
            Assert.Equal(state.Wall.Aggregates.AsEnumerable(), whole.End.Wall.Aggregates);
            Assert.Equal(state.Running, rest.End.Running);
        });

    [Fact]
    public void When_everything_has_stopped_every_counter_is_where_it_began() =>
        Gen.Select(Policy, Events).Sample((policy, events) =>
        {
            var end = StartReplay.Run(policy, events.Where(happening => happening is not VmRelabels { Uuid: var uuid } || uuid != Guid.Empty)).End;
            var empty = StartReplay.Run(end, end.Running.Where(vm => !vm.IsHost).Select(vm => new VmStops(vm.Uuid))).End;

            Assert.Equal(EnforcementState.AtBoot(policy).Wall.Aggregates.AsEnumerable(), empty.Wall.Aggregates);
            Assert.Equal(EnforcementState.AtBoot(policy).Wall.Running.AsEnumerable(), empty.Wall.Running);
        });

    [Fact]
    public void A_label_with_two_types_of_one_set_makes_the_order_of_starts_decide()
    {
        var policy = PolicySketch.ReadUnchecked("trap", "1.0", ["ste t", "wall A B h", "set s A B", "vm host: t | h", "vm one: t | A", "vm both: t | A B"]);
        var (one, both) = (new VmStarts(new(Uuid(1), "one", "one")), new VmStarts(new(Uuid(2), "both", "both")));

        Assert.Equal([1], StartReplay.Run(policy, [one, both]).Violations.Select(violation => violation.Index));
        Assert.True(StartReplay.Run(policy, [both, one]).Holds);
        Assert.True(StartReplay.Run(policy, [both, new VmStarts(new(Uuid(3), "again", "both"))]).Holds);
        Assert.True(policy.ChineseWall.DependsOnOrder(policy.FindVmLabel("one")!.ChWallTypes, policy.FindVmLabel("both")!.ChWallTypes));
    }

    [Fact]
    public void Two_VMs_of_one_name_make_a_channel_to_that_name_a_channel_to_both()
    {
        var policy = PolicySketch.Read("names", "1.0", ["ste x y", "vm host: x y", "vm x: x", "vm y: y"]);
        EnforcementState At(params EnforcementEvent[] events) => StartReplay.Run(policy, events).End;
        EnforcementEvent[] two = [new VmStarts(new(Uuid(1), "user", "x")), new VmStarts(new(Uuid(2), "peer", "x"))];
        var channel = new ResourceAttaches(Uuid(1), new("grant", "peer", null));

        Assert.True(Enforcement.Decide(At(two), channel).Permitted);
        Assert.Equal(DenialReason.ResourceDenied, Enforcement.Decide(At([.. two, new VmStarts(new(Uuid(3), "peer", "y"))]), channel).Reason);
    }

    internal static Guid Uuid(int number) => new(number, 0, 0, new byte[8]);
}
