using CsCheck;
using Shype.Attest.Isolation.Flask;
using Shype.Attest.Isolation.Flask.Guarantees;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Flask;

/// <summary>What a policy's author calls a type must not hide a flow, and whatever the reader accepted must be answered.</summary>
public sealed class HostileNamesTests
{
    private static readonly FlaskPolicy Hostile = Policies.Read("hostile.30");

    [Fact]
    public void A_true_channel_is_no_domain_and_a_domain_named_like_one_is() =>
        Assert.Equal(["blue_t", "dom0_t", "driver_t", "driver_t_channel", "driver_t_self", "red_t"], Find(Hostile, []).Domains);

    [Fact]
    public void A_flow_between_two_that_are_asked_about_is_not_hidden_by_their_names()
    {
        Assert.Null(Find(Hostile, []).Between("red_t", "red_t_channel"));
        var named = Find(Hostile, ["red_t", "red_t_channel"]);
        Assert.NotNull(named.Between("red_t", "red_t_channel"));
        Assert.NotNull(named.Between("red_t_channel", "red_t"));
    }

    [Theory]
    [InlineData("red_t", "blue_t", "driver_t_channel")]
    [InlineData("blue_t", "red_t", "driver_t_self")]
    public void A_domain_named_like_a_part_of_a_mediator_is_not_trusted_with_it(string from, string to, string over)
    {
        var proven = FlaskDemandProof.Prove(new(Hostile) { Mediators = ["driver_t", "dom0_t"] }, new NoFlow(from, to, Transitively: true, []));
        Assert.Equal([from, over, to], proven.Witness!.Path.AsEnumerable());
    }

    [Fact]
    public void A_channel_that_is_asked_about_still_counts_for_its_owner()
    {
        Assert.NotNull(Find(Hostile, []).Between("blue_t", "driver_t"));
        Assert.NotNull(Find(Hostile, ["blue_t_channel"]).Between("blue_t", "driver_t"));
    }

    public static TheoryData<string> Files => ["xen.30", "hostile.30"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Whatever_a_changed_policy_allows_is_found_between_the_types_themselves(string file)
    {
        var bytes = TestData.Bytes("flask", file);
        var accepted = 0;
        Gen.Select(Gen.Int[20, bytes.Length - 1], Gen.Byte).Array[0, 2].Sample(
            changes =>
            {
                var changed = bytes.ToArray();
                foreach (var (at, value) in changes)
                {
                    changed[at] = value;
                }

                if (FlaskBinary.TryParse(changed, out var policy, out _))
                {
                    Interlocked.Increment(ref accepted);
                    Check(policy);
                }
            },
            iter: 3000);
        Assert.InRange(accepted, 100, 3000);
    }

    private static void Check(FlaskPolicy policy)
    {
        var booleans = BooleanValues.Defaults(policy);
        if (!FlaskCommunication.TryOf(policy, booleans, [], out var found, out _) || !FlaskCommunication.TryOf(policy, booleans, [], policy.Types, out var named, out _))
        {
            return;
        }

        Assert.All(found.Direct, flow => Assert.NotNull(named.Between(flow.From, flow.To)));
        foreach (var rule in policy.Rules.Concat(policy.Conditionals.SelectMany(conditional => conditional.InForce(booleans))).Where(rule => rule.Kind == FlaskRuleKind.Allow))
        {
            var moves = policy.ClassOf(rule).Names(rule.Data).Select(permission => CommunicationRules.Of(policy.ClassOf(rule).Name, permission)).Aggregate(FlowDirection.None, (all, one) => all | one);
            foreach (var source in policy.TypesOf(rule.Source))
            {
                foreach (var target in policy.TypesOf(rule.Target).Where(target => target != source && moves != FlowDirection.None))
                {
                    var (one, other) = (policy.TypeName(source), policy.TypeName(target));
                    Assert.True(!moves.HasFlag(FlowDirection.Write) || named.Between(one, other) is not null, $"{one} writes to {other}");
                    Assert.True(!moves.HasFlag(FlowDirection.Read) || named.Between(other, one) is not null, $"{one} reads from {other}");
                }
            }
        }

        var label = policy.Users.SelectMany(user => policy.Roles.Select(role => $"{user.Name}:{role.Name}:{policy.Types[0].Name}")).First();
        foreach (var demand in (Demand[])[new NoFlow(policy.Types[0].Name, policy.Types[^1].Name, true, []), new NoFlow(label, policy.Types[^1].Name, false, []), new OnlySharesWith(policy.Types[0].Name, []), new RunsAlone(label)])
        {
            FlaskDemandProof.Prove(new(policy) { History = new([], null) }, demand);
        }

        Assert.All(GuaranteeProof.Ids, id => FlaskGuarantees.Prove(new(policy), id));
    }

    private static FlaskCommunication Find(FlaskPolicy policy, string[] named)
    {
        var types = named.Select(name => policy.TryFindType(name, out var type) ? type : throw new ArgumentException(name));
        Assert.True(FlaskCommunication.TryOf(policy, BooleanValues.Defaults(policy), [], types, out var found, out var problem), problem?.ToString());
        return found;
    }
}
