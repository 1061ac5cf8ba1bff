using Shype.Attest.Isolation;
using Xunit;

namespace Shype.Attest.UnitTests.Flask;

public sealed class EnforcementModuleTests
{
    [Theory]
    [InlineData("dom0_mem=2G", "dummy", "dummy", false)]
    [InlineData("xsm=silo", "dummy", "silo", false)]
    [InlineData("", "silo", "silo", false)]
    [InlineData("xsm=flask", "dummy", "flask", true)]
    [InlineData("", "flask", "flask", true)]
    [InlineData("flask=permissive", "flask", "flask, not enforcing", false)]
    [InlineData("flask=late", "flask", "flask, not enforcing", false)]
    [InlineData("flask=enforcing flask=disabled", "flask", "flask, not enforcing", false)]
    [InlineData("flask=nonsense", "flask", "flask, not enforcing", false)]
    [InlineData("xsm=flask xsm=dummy", "flask", "dummy", false)]
    [InlineData("xsm=FLASK", "flask", "dummy", false)]
    public void Only_an_enforcing_FLASK_enforces_labels_on_Xen(string commandLine, string builtIn, string name, bool enforces)
    {
        var module = EnforcementModule.OfXen(commandLine, builtIn);
        Assert.Equal(name, module.Name);
        Assert.Equal(enforces, module.EnforcesLabels);
    }

    [Theory]
    [InlineData("system_u:system_r:svirt_t:s0:c12,c345", true)]
    [InlineData("system_u:system_r:svirt_tcg_t:s0:c0,c1023", true)]
    [InlineData("system_u:system_r:svirt_t:s0:c12,c12", false)]
    [InlineData("system_u:system_r:svirt_t:s0:c12", false)]
    [InlineData("system_u:system_r:svirt_t:s0:c0.c1023", false)]
    [InlineData("system_u:system_r:svirt_t:s0", false)]
    [InlineData("system_u:system_r:unconfined_t:s0:c1,c2", false)]
    public void A_label_is_sVirts_with_two_categories_of_its_own(string label, bool expected) => Assert.Equal(expected, EnforcementModule.IsSvirtLabel(label));
}
