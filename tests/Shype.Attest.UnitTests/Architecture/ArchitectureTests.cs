using System.Reflection;
using Xunit;

namespace Shype.Attest.UnitTests.Architecture;

/// <summary>Who may reference whom (ARCHITECTURE.md, "Projects"): read from the built assemblies, so that no project file can disagree.</summary>
public class ArchitectureTests
{
    private const string Prefix = "Shype.Attest.";

    public static TheoryData<string, string[]> Arrows => new()
    {
        { "Shype.Attest.Tpm", [] },
        { "Shype.Attest.Isolation", [] },
        { "Shype.Attest.Measurement", ["Tpm"] },
        { "Shype.Attest.Protocol", ["Tpm", "Measurement"] },
        { "Shype.Attest.Yaml", ["Measurement"] },
        { "Shype.Attest.Appraisal", ["Tpm", "Measurement", "Protocol", "Isolation", "Yaml"] },
        { "Shype.Attest.Client", ["Tpm", "Measurement", "Protocol"] },
        { "shype-agent", ["Tpm", "Measurement", "Protocol", "Isolation", "Yaml"] },
        { "shype-verifier", ["Tpm", "Measurement", "Protocol", "Isolation", "Yaml", "Appraisal"] },
        { "shype", ["Tpm", "Measurement", "Protocol", "Isolation", "Yaml", "Appraisal"] },
        { "shype-tpm-sim", ["Tpm", "Measurement"] },
    };

    [Theory]
    [MemberData(nameof(Arrows))]
    public void References_only_what_the_architecture_allows(string assembly, string[] allowed)
    {
        ArgumentNullException.ThrowIfNull(allowed);
        var referenced = Assembly.Load(assembly).GetReferencedAssemblies()
            .Select(name => name.Name!)
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) || name.StartsWith("shype", StringComparison.Ordinal));

        var forbidden = referenced.Except(allowed.Select(name => Prefix + name));

        Assert.Empty(forbidden);
    }

    [Theory]
    [InlineData("Shype.Attest.Tpm")]
    [InlineData("Shype.Attest.Measurement")]
    [InlineData("Shype.Attest.Isolation")]
    [InlineData("Shype.Attest.Protocol")]
    [InlineData("Shype.Attest.Yaml")]
    [InlineData("Shype.Attest.Appraisal")]
    public void Common_and_appraisal_do_not_reach_the_network_or_a_logger(string assembly)
    {
        var references = Assembly.Load(assembly).GetReferencedAssemblies().Select(name => name.Name!).ToHashSet();

        Assert.DoesNotContain("System.Net.Http", references);
        Assert.DoesNotContain("Microsoft.Extensions.Logging.Abstractions", references);
        // TPM transports are the one exception to "no sockets": they live in Shype.Attest.Tpm.
        if (assembly != "Shype.Attest.Tpm")
        {
            Assert.DoesNotContain("System.Net.Sockets", references);
        }
    }

    [Theory]
    [InlineData("Shype.Attest.Tpm")]
    [InlineData("Shype.Attest.Isolation")]
    public void What_stands_on_nothing_needs_nothing_but_the_runtime(string assembly)
    {
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

        var others = Assembly.Load(assembly).GetReferencedAssemblies().Select(name => name.Name!).Where(name => !File.Exists(Path.Combine(runtime, name + ".dll")));

        Assert.Empty(others);
    }

    [Fact]
    public void Every_product_assembly_is_in_the_table()
    {
        var table = Arrows.Select(row => row.Data.Item1).ToHashSet();
        var built = Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll")
            .Select(Path.GetFileNameWithoutExtension)
            .Where(name => name!.StartsWith(Prefix, StringComparison.Ordinal) || name.StartsWith("shype", StringComparison.Ordinal))
            .Where(name => !name!.EndsWith("Tests", StringComparison.Ordinal) && name != "Shype.Attest.Testing");

        Assert.Empty(built.Except(table));
    }
}
