using Shype.Attest.Isolation.Flask;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests.Flask;

/// <summary>Binary policies that others made: checkpolicy from our sources, and Debian's whole reference policy.</summary>
internal static class PolicyFiles
{
    public static string Debian => Path.Combine(TestData.Root, "artifacts", "debian-selinux", "policy.33");

    public static void SkipWithoutDebian() =>
        Assert.SkipUnless(File.Exists(Debian), "artifacts/debian-selinux/policy.33 is absent: ./test.sh fetches selinux-policy-default where there is apt");

    // Compiles tests/testdata/flask/NAME.conf; versions below 30 have no extended permissions to write.
    public static async Task<string> Compile(ScratchFolder scratch, string name, int version)
    {
        var lines = File.ReadLines(TestData.PathOf("flask", $"{name}.conf")).Where(line => version >= 30 || !line.Contains("xperm", StringComparison.Ordinal));
        var (source, output) = (scratch[$"{name}.conf"], scratch[$"{name}.{version}"]);
        await File.WriteAllLinesAsync(source, lines, TestContext.Current.CancellationToken);
        string[] target = name == "selinux" ? ["-M"] : ["-t", "Xen"];
        await Tool.Run(null, "checkpolicy", [.. target, "-c", $"{version}", "-o", output, source]);
        return output;
    }

    public static FlaskPolicy Read(string path)
    {
        Assert.True(FlaskBinary.TryParse(File.ReadAllBytes(path), out var policy, out var problem), problem?.ToString());
        return policy;
    }
}
