using Shype.Attest.Isolation.Flask;
using Xunit;

namespace Shype.Attest.UnitTests.Flask;

/// <summary>What our two small policies say, read from their binary form.</summary>
public sealed class FlaskPolicyTests
{
    [Fact]
    public void Devices_have_the_contexts_that_the_policy_gives_them()
    {
        var policy = Policies.Read("xen.30");
        Assert.Equal(
            ["DeviceTree /soc/nic@1000", "IoMemory febe0-febff", "IoPort ecc0-ecdf", "PciDevice c800-c800", "Pirq 21-21"],
            policy.Objects.Where(found => found.Kind != LabelledKind.InitialSid)
                .Select(found => found.Name is null ? $"{found.Kind} {found.First:x}-{found.Last:x}" : $"{found.Kind} {found.Name}")
                .Order(StringComparer.Ordinal));
        Assert.All(policy.Objects.Where(found => found.Kind != LabelledKind.InitialSid), found => Assert.Equal("system_u:system_r:nic_t", policy.Text(found.Context)));
    }

    [Fact]
    public void An_alias_finds_its_type()
    {
        var policy = Policies.Read("xen.30");
        Assert.True(policy.TryFindType("visitor_t", out var type));
        Assert.Equal("guest_t", type.Name);
    }

    [Fact]
    public void A_permissive_type_is_known_as_one() =>
        Assert.Equal(["helper_t"], Policies.Read("selinux.33").PermissiveTypes.Select(type => type.Name));

    [Fact]
    public void A_boolean_switches_its_rules()
    {
        var policy = Policies.Read("xen.30");
        Assert.True(policy.TryFindBoolean("guest_joins_red", out var boolean));
        var values = BooleanValues.Defaults(policy);
        var conditional = policy.Conditionals.First(found => found.WhenFalse.Length > 0);
        Assert.Equal(conditional.WhenFalse, conditional.InForce(values));
        Assert.Equal(conditional.WhenTrue, conditional.InForce(values.With(boolean, true)));
    }
}
