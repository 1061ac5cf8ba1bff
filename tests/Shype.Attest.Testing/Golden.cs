namespace Shype.Attest.Testing;

/// <summary>Compares text with a file under <c>tests/testdata</c>; with SHYPE_GOLDEN=write it writes the file instead.</summary>
public static class Golden
{
    /// <summary>Throws with the first line that differs.</summary>
    public static void Match(string family, string file, string actual) => MatchFile(Path.Combine("tests", "testdata", family, file), actual);

    /// <summary>The same for a file anywhere in the sources.</summary>
    public static void MatchFile(string file, string actual)
    {
        ArgumentNullException.ThrowIfNull(actual);
        var path = Path.Combine(TestData.Root, file);
        if (Environment.GetEnvironmentVariable("SHYPE_GOLDEN") == "write")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
            return;
        }

        var expected = File.ReadAllText(path).Split('\n');
        var found = actual.Split('\n');
        for (var line = 0; line < Math.Max(expected.Length, found.Length); line++)
        {
            var (want, have) = (expected.ElementAtOrDefault(line), found.ElementAtOrDefault(line));
            if (want != have)
            {
                throw new InvalidDataException($"{file} line {line + 1}\n  written down: {want ?? "(end)"}\n  found:        {have ?? "(end)"}\n"
                    + "If the change is meant, run the test once with SHYPE_GOLDEN=write and review the difference.");
            }
        }
    }
}
