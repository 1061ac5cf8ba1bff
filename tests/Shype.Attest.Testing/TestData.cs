namespace Shype.Attest.Testing;

/// <summary>Files under <c>tests/testdata</c>, found from wherever the tests run.</summary>
public static class TestData
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The path of a file, e.g. <c>TestData.PathOf("ear", "pkey.json")</c>.</summary>
    public static string PathOf(string family, string file) => Path.Combine(Root, "tests", "testdata", family, file);

    /// <summary>The bytes of a file.</summary>
    public static byte[] Bytes(string family, string file) => File.ReadAllBytes(PathOf(family, file));

    /// <summary>The text of a file.</summary>
    public static string Text(string family, string file) => File.ReadAllText(PathOf(family, file));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Shype.Attest.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException($"no Shype.Attest.sln above {AppContext.BaseDirectory}");
    }
}
