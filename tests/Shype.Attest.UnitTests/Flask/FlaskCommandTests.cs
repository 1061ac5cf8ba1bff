using System.Text.Json;
using Shype.Attest.Cli;
using Shype.Attest.Testing;
using Shype.Attest.UnitTests.Cli;
using Xunit;

namespace Shype.Attest.UnitTests.Flask;

public sealed class FlaskCommandTests
{
    [Fact]
    public void A_policy_for_Xen_is_shown_with_who_reaches_whom()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Yes, terminal.Run("policy", "show", TestData.PathOf("flask", "xen.30")));
        Assert.StartsWith("binary policy for Xen, version 30, without levels\n", terminal.Output, StringComparison.Ordinal);
        Assert.Contains("guest_joins_red  off", terminal.Output, StringComparison.Ordinal);
        Assert.Contains("allow blue_t driver_t:grant { map_write }", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void As_JSON_it_has_counts_and_flows()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Yes, terminal.Run("policy", "show", TestData.PathOf("flask", "xen.30"), "--json"));
        var shown = JsonDocument.Parse(terminal.Output).RootElement;
        Assert.Equal(27, shown.GetProperty("counts").GetProperty("Allow").GetInt32());
        Assert.Contains(shown.GetProperty("flows").EnumerateArray(), flow => flow.GetProperty("from").GetString() == "blue_t" && flow.GetProperty("to").GetString() == "driver_t");
    }

    [Fact]
    public void A_policy_for_Linux_is_shown_without_flows_and_says_why()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Yes, terminal.Run("policy", "show", TestData.PathOf("flask", "selinux.33")));
        Assert.Contains("permissive: nothing is denied to helper_t", terminal.Output, StringComparison.Ordinal);
        Assert.Contains("not for Xen", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_policy_is_refused_with_its_place()
    {
        var terminal = new Terminal { Input = TestData.Bytes("flask", "xen.30")[..100] };
        Assert.Equal(ExitCode.Refused, terminal.Run("policy", "show", "-"));
        Assert.Contains("at byte ", terminal.Errors, StringComparison.Ordinal);
    }
}
