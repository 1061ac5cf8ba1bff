using Shype.Attest.Isolation.Flask;
using Xunit;

namespace Shype.Attest.UnitTests.Flask;

/// <summary>Who reaches whom under our small policy for Xen.</summary>
public sealed class FlaskCommunicationTests
{
    private readonly FlaskPolicy _policy = Policies.Read("xen.30");

    [Fact]
    public void A_domain_and_its_channels_targets_and_buildings_are_one() =>
        Assert.Equal(["alone_t", "blue_t", "dom0_t", "driver_t", "guest_t", "red_t"], Find().Domains);

    [Fact]
    public void A_writable_grant_moves_information_to_who_granted_it_and_a_readable_one_back()
    {
        var found = Find();
        Assert.Equal("blue_t to driver_t by allow blue_t driver_t:grant { map_write }", found.Between("blue_t", "driver_t")?.ToString());
        Assert.Equal(
            ["allow driver_t red_t:grant { map_write }", "allow driver_t_channel red_t:event { bind }", "allow red_t driver_t:grant { copy map_read }", "allow red_t_channel driver_t:event { bind }"],
            found.Between("driver_t", "red_t")!.Reasons.Select(reason => reason.ToString()));
    }

    [Fact]
    public void A_shortest_way_names_each_step_and_mediators_cut_it()
    {
        var found = Find();
        Assert.Equal(["blue_t", "driver_t"], found.Path("blue_t", "red_t", "dom0_t").Select(step => step.From));
        Assert.Empty(found.Path("blue_t", "red_t", "dom0_t", "driver_t"));
        Assert.Equal(["dom0_t"], found.Reachable("alone_t", "dom0_t"));
    }

    [Fact]
    public void A_shared_device_joins_those_who_use_it()
    {
        var found = Find();
        Assert.NotNull(found.Between("blue_t", "disk_t"));
        Assert.NotNull(found.Between("disk_t", "blue_t"));
    }

    [Fact]
    public void A_boolean_opens_a_flow()
    {
        Assert.Null(Find().Between("guest_t", "red_t"));
        Assert.True(_policy.TryFindBoolean("guest_joins_red", out var boolean));
        var switched = BooleanValues.Defaults(_policy).With(boolean, true);
        Assert.True(FlaskCommunication.TryOf(_policy, switched, [], out var found, out _));
        Assert.NotNull(found.Between("guest_t", "red_t"));
    }

    [Fact]
    public void A_constraint_keeps_two_customers_of_one_type_apart()
    {
        var found = Find("customer_1:vm_r:red_t", "customer_2:vm_r:red_t");
        Assert.NotNull(Find().Between("red_t", "red_t"));
        Assert.NotNull(found.Between("customer_1:vm_r:red_t", "customer_1:vm_r:red_t"));
        Assert.Null(found.Between("customer_1:vm_r:red_t", "customer_2:vm_r:red_t"));
    }

    [Fact]
    public void A_channel_carries_its_owners_user_into_the_constraint()
    {
        var apart = Find("customer_1:vm_r:red_t", "customer_2:vm_r:blue_t", "system_u:system_r:driver_t");
        Assert.Contains(apart.Between("customer_1:vm_r:red_t", "system_u:system_r:driver_t")!.Reasons, reason => reason.Source == "red_t_channel");
    }

    [Fact]
    public void A_label_whose_role_may_not_have_the_type_names_no_context()
    {
        Assert.False(_policy.TryFindContext("customer_1:vm_r:dom0_t", out _));
        Assert.False(_policy.TryFindContext("customer_1:system_r:dom0_t", out _));
        Assert.False(_policy.TryFindContext("red_t", out _));
        Assert.False(_policy.TryFindContext("customer_1:vm_r:nobody_t", out _));
    }

    [Fact]
    public void Rules_by_attribute_are_allowed_to_each_member()
    {
        Assert.True(_policy.TryFindType("guest_t", out var guest));
        Assert.True(_policy.TryFindType("dom0_t", out var host));
        Assert.True(_policy.TryFindClass("grant", out var grant));
        Assert.Equal(["copy", "map_read", "map_write"], grant.Names(_policy.Allowed(guest, host, grant, BooleanValues.Defaults(_policy))));
        Assert.Empty(grant.Names(_policy.Allowed(host, guest, grant, BooleanValues.Defaults(_policy))));
    }

    [Fact]
    public void Permissions_that_the_policy_does_not_know_join_everybody_where_it_says_to_allow_them()
    {
        var bytes = Testing.TestData.Bytes("flask", "xen.30");
        bytes[20] |= 4; // config: handle_unknown=allow
        Assert.True(FlaskBinary.TryParse(bytes, out var policy, out _));
        Assert.True(FlaskCommunication.TryOf(policy, BooleanValues.Defaults(policy), [], out var found, out _));
        Assert.Contains("handle_unknown", found.Between("alone_t", "blue_t")!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_for_Linux_says_nothing_about_domains()
    {
        var linux = Policies.Read("selinux.33");
        Assert.False(FlaskCommunication.TryOf(linux, BooleanValues.Defaults(linux), [], out _, out var problem));
        Assert.Contains("not for Xen", problem.Problem, StringComparison.Ordinal);
    }

    private FlaskCommunication Find(params string[] labels)
    {
        var contexts = labels.Select(label => _policy.TryFindContext(label, out var context) ? context : throw new ArgumentException(label)).ToList();
        Assert.True(FlaskCommunication.TryOf(_policy, BooleanValues.Defaults(_policy), contexts, out var found, out var problem), problem?.ToString());
        return found;
    }
}
