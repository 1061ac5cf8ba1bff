using Xunit;

namespace Shype.Attest.UnitTests.Architecture;

/// <summary>Manners of the tree that a compiler does not check.</summary>
public class RepositoryTests
{
    private const int LongestFile = 400;

    [Fact]
    public void No_source_file_is_longer_than_the_cap()
    {
        var root = RepositoryRoot();
        string[] folders = ["agent", "common", "verifier", "tpm-sim", "tests"];
        var tooLong = folders
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => (File: Path.GetRelativePath(root, file), Lines: File.ReadLines(file).Count()))
            // A closed list of names cannot be cut in two.
            .Where(file => file.Lines > LongestFile && Path.GetFileName(file.File) != "FindingCode.cs")
            .Select(file => $"{file.File}: {file.Lines} lines");

        Assert.Empty(tooLong);
    }

    [Fact]
    public void The_top_level_is_the_agreed_one()
    {
        var root = RepositoryRoot();
        string[] agreed = ["agent", "common", "tests", "tpm-sim", "verifier"];

        Assert.All(agreed, folder => Assert.True(Directory.Exists(Path.Combine(root, folder)), folder));
        Assert.True(File.Exists(Path.Combine(root, "Shype.Attest.sln")));
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Shype.Attest.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("No Shype.Attest.sln above " + AppContext.BaseDirectory);
    }
}
