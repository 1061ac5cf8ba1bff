using System.Text;
using Shype.Attest.Agent;
using Shype.Attest.Agent.Hosts.Xen;
using Shype.Attest.Agent.Sources;
using Xunit;

namespace Shype.Attest.UnitTests.Agent.Hosts;

/// <summary>What xl prints is read strictly where a decision rests on it, and what it does not tell is unknown.</summary>
public sealed class XlOutputTests
{
    private static readonly Guid Web = Guid.Parse("00010203-0405-0607-0809-0a0b0c0d0e0f");

    [Fact]
    public void Domains_are_told_with_their_labels_and_without_the_host()
    {
        var labels = XlOutput.ReadLabels("""
            Name                                        ID   Mem VCPUs	State	Time(s) Security Label
            Domain-0                                     0   400     2     r-----      14.6 system_u:system_r:dom0_t
            a name with blanks                           3   160     1     -b----       3.9 system_u:system_r:domU_t
            old                                          4   160     1     -b----       3.9                -
            """.Replace('\t', ' '));
        Assert.Equal(new Dictionary<uint, string> { [0] = "system_u:system_r:dom0_t", [3] = "system_u:system_r:domU_t" }, labels);

        var domains = XlOutput.ReadDomains(Json("""
            [{"domid":0,"config":{"c_info":{"name":"Domain-0"}}},
             {"domid":3,"config":{"c_info":{"type":"pv","name":"web","uuid":"00010203-0405-0607-0809-0a0b0c0d0e0f"},"b_info":{"max_vcpus":1}}},
             {"domid":4,"config":{"c_info":{"name":"\u001b[2J","uuid":"00010203-0405-0607-0809-0a0b0c0d0e10"}}}]
            """), labels);
        Assert.Equal([new RunningDomain(Web, "web", 3, "system_u:system_r:domU_t"), new RunningDomain(Guid.Parse("00010203-0405-0607-0809-0a0b0c0d0e10"), "domain 4", 4, null)], domains);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""[{"domid":-1}]""")]
    [InlineData("""[{"domid":1}]""")]
    [InlineData("""[{"domid":1,"config":{"c_info":{"name":"a"}}}]""")]
    [InlineData("""[{"domid":1,"config":{"c_info":{"name":"a","uuid":"x"}}}]""")]
    public void V04_an_answer_that_is_no_list_of_domains_is_not_taken_for_an_empty_one(string json)
    {
        var refused = Assert.Throws<AgentException>(() => XlOutput.ReadDomains(Json(json), new Dictionary<uint, string>()));
        Assert.StartsWith("xl list -l: its answer cannot be read:", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void V04_nesting_is_bounded()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 100_000));
        Assert.Throws<AgentException>(() => XlOutput.ReadDomains(Json(deep), new Dictionary<uint, string>()));
    }

    [Theory]
    [InlineData("Enforcing\n", null, "", "flask enforcing")]
    [InlineData("Permissive\n", null, "", "flask permissive")]
    [InlineData("Flask XSM Disabled\n", "# CONFIG_XSM is not set\nCONFIG_HVM=y\n", "xsm=flask flask=enforcing", "dummy")]
    [InlineData("Flask XSM Disabled\n", "CONFIG_XSM=y\nCONFIG_XSM_SILO=y\n", "console=com1 xsm=silo", "silo")]
    [InlineData("Flask XSM Disabled\n", "CONFIG_XSM=y\n", "xsm=silo", null)]
    [InlineData("Flask XSM Disabled\n", "CONFIG_XSM=y\nCONFIG_XSM_FLASK=y\n", "flask=disabled", null)]
    [InlineData("Flask XSM Disabled\n", null, "", null)]
    [InlineData(null, null, "flask=enforcing", null)]
    public void V05_the_security_module_is_what_answers_never_what_the_command_line_wishes(string? enforce, string? configuration, string commandLine, string? expected) =>
        Assert.Equal(expected, XenSecurity.Of(enforce, configuration, commandLine).Text);

    [Fact]
    public void Live_patches_are_listed_with_their_state()
    {
        var patches = XenSource.LivePatches("""
             ID                                     | status     | metadata
            ----------------------------------------+------------+---------------
            xsa-999                                 | APPLIED    |
            """);
        Assert.Equal([new OtherFact("live-patch", "xsa-999 APPLIED")], patches);
        Assert.Equal([new OtherFact("live-patch", "none")], XenSource.LivePatches(" ID | status\n-----+-----\n"));
    }

    private static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);
}
