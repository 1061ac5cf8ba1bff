using System.Text.RegularExpressions;
using Shype.Attest.Isolation.Flask;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests.Flask;

/// <summary>seinfoflow with our directions as its permission map finds the same flows, where it can be right: types put together, no constraints.</summary>
public sealed partial class InformationFlowTests
{
    private static readonly string[] Suffixes = ["_self", "_target", "_channel", "_building"];

    [Fact]
    public async Task Every_direct_flow_is_seinfoflows_and_no_other()
    {
        using var scratch = new ScratchFolder();
        var (path, map, policy, communication) = await Prepare(scratch);
        var theirs = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in policy.Types)
        {
            var printed = await Tool.Run(null, "seinfoflow", "-b", "default", "-m", map, "-p", path, "-s", type.Name);
            theirs.UnionWith(Flow().Matches(printed)
                .Select(match => (From: Collapse(match.Groups[1].Value), To: Collapse(match.Groups[2].Value)))
                .Where(flow => flow.From != flow.To)
                .Select(flow => $"{flow.From} -> {flow.To}"));
        }

        Assert.NotEmpty(theirs);
        Assert.Equal(theirs, communication.Direct.Where(flow => flow.From != flow.To).Select(flow => $"{flow.From} -> {flow.To}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("xen", "blue_t", "red_t", 2)]
    [InlineData("xen", "blue_t", "driver_t", 1)]
    [InlineData("xen", "guest_t", "disk_t", 2)]
    [InlineData("xen", "alone_t", "red_t", 0)]
    [InlineData("hostile", "red_t", "blue_t", 2)]
    [InlineData("hostile", "blue_t", "red_t", 2)]
    public async Task A_shortest_way_around_the_host_is_as_long_as_seinfoflows(string name, string from, string to, int steps)
    {
        using var scratch = new ScratchFolder();
        var (path, map, _, communication) = await Prepare(scratch, name);
        var printed = await Tool.Run(null, "seinfoflow", "-S", "-b", "default", "-m", map, "-p", path, "-s", from, "-t", to, "dom0_t");
        Assert.Equal(steps, Step().Count(printed.Split("Flow 2:")[0]));
        Assert.Equal(steps, communication.Path(from, to, "dom0_t").Length);
    }

    private static async Task<(string Path, string Map, FlaskPolicy Policy, FlaskCommunication Communication)> Prepare(ScratchFolder scratch, string name = "xen")
    {
        var path = await PolicyFiles.Compile(scratch, name, 30);
        var policy = PolicyFiles.Read(path);
        var map = scratch["map"];
        await File.WriteAllLinesAsync(map, PermissionMap.Lines(), TestContext.Current.CancellationToken);
        Assert.True(FlaskCommunication.TryOf(policy, BooleanValues.Defaults(policy), [], out var communication, out var problem), problem?.ToString());
        return (path, map, policy, communication);
    }

    private static string Collapse(string type) => Suffixes.FirstOrDefault(suffix => type.EndsWith(suffix, StringComparison.Ordinal)) is { } suffix ? type[..^suffix.Length] : type;

    [GeneratedRegex(@"Flow \d+: (\S+) -> (\S+)")]
    private static partial Regex Flow();

    [GeneratedRegex(@"Step \d+: ")]
    private static partial Regex Step();
}
