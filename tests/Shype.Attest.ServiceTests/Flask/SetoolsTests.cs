using System.Globalization;
using System.Text.RegularExpressions;
using Shype.Attest.Isolation.Flask;
using Shype.Attest.ServiceTests.Sim;
using Xunit;

namespace Shype.Attest.ServiceTests.Flask;

/// <summary>setools, over libsepol, reads every policy as we do: the same counts, and the same rules, not one more.</summary>
public sealed partial class SetoolsTests
{
    public static TheoryData<string, int> Compiled => new()
    {
        { "xen", 24 }, { "xen", 30 }, { "hostile", 24 }, { "hostile", 30 },
        { "selinux", 24 }, { "selinux", 25 }, { "selinux", 26 }, { "selinux", 27 }, { "selinux", 28 }, { "selinux", 29 },
        { "selinux", 30 }, { "selinux", 31 }, { "selinux", 32 }, { "selinux", 33 },
    };

    [Theory]
    [MemberData(nameof(Compiled))]
    public async Task Every_count_that_seinfo_prints_is_ours(string name, int version)
    {
        using var scratch = new ScratchFolder();
        await AssertCounts(await PolicyFiles.Compile(scratch, name, version));
    }

    [Theory]
    [MemberData(nameof(Compiled))]
    public async Task Every_rule_that_sesearch_prints_is_here_and_no_other(string name, int version)
    {
        using var scratch = new ScratchFolder();
        await AssertRules(await PolicyFiles.Compile(scratch, name, version));
    }

    [Fact]
    public async Task Debians_reference_policy_has_seinfos_counts()
    {
        PolicyFiles.SkipWithoutDebian();
        await AssertCounts(PolicyFiles.Debian);
    }

    [Fact]
    public async Task Debians_reference_policy_has_the_rules_that_sesearch_prints()
    {
        PolicyFiles.SkipWithoutDebian();
        await AssertRules(PolicyFiles.Debian);
    }

    private static async Task AssertCounts(string path)
    {
        var policy = PolicyFiles.Read(path);
        var printed = await Tool.Run(null, "seinfo", path);
        var theirs = Count().Matches(printed)
            .Select(match => (Name: match.Groups["name"].Value, Count: int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture)))
            .Where(count => count.Name is not ("Policy Version" or "Neverallow" or "Neverallowxperm")) // no binary policy holds a neverallow
            .Order();
        Assert.Equal(theirs, FlaskCounts.Of(policy).Select(count => (count.Name, count.Count)).Order());
        Assert.Contains($"Target Policy:              {(policy.Target == FlaskTarget.Xen ? "xen" : "selinux")}", printed, StringComparison.Ordinal);
        Assert.Contains($"Handle unknown classes:     {policy.UnknownPermissions.ToString().ToLowerInvariant()}", printed, StringComparison.Ordinal);
        Assert.Contains($"Policy Version:             {policy.Version} (MLS {(policy.IsMls ? "enabled" : "disabled")})", printed, StringComparison.Ordinal);
    }

    // Transitions by file name are read and counted, not kept: they alone are left out.
    private static async Task AssertRules(string path)
    {
        var printed = await Tool.Run(null, "sesearch", "--allow", "--auditallow", "--dontaudit", "-T", "--type_change", "--type_member", path);
        var policy = PolicyFiles.Read(path);
        var theirs = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !FilenameTransition().IsMatch(line))
            .Select(SesearchText.Normalise)
            .ToHashSet(StringComparer.Ordinal);
        var ours = SesearchText.Of(policy).ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(theirs);
        Assert.Empty(ours.Except(theirs).Take(20));
        Assert.Empty(theirs.Except(ours).Take(20));
    }

    [GeneratedRegex(@"(?<name>[A-Z][A-Za-z_.]*(?: [A-Za-z_.]+)*): +(?<count>\d+)(?= |$)", RegexOptions.Multiline)]
    private static partial Regex Count();

    [GeneratedRegex(@"^type_transition \S+ \S+ \S+ [^;]+;")]
    private static partial Regex FilenameTransition();
}
