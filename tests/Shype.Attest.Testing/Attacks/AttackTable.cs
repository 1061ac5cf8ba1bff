using System.Reflection;
using System.Text;
using Shype.Attest.Protocol;

namespace Shype.Attest.Testing.Attacks;

/// <summary>
/// <c>docs/attack-table.md</c>: which row of the catalogue is carried out by which test. Each assembly of tests answers for its own section; with
/// SHYPE_GOLDEN=write it writes it instead.
/// </summary>
public static class AttackTable
{
    /// <summary>The heading of rows against running programs.</summary>
    public const string RunningPrograms = "## Against the running programs";

    /// <summary>The heading of rows against the parts that programs are made of.</summary>
    public const string Parts = "## Against the parts";

    /// <summary>Throws with the first line that differs from what the assembly holds, or from what is open then.</summary>
    public static void Match(string heading, Assembly assembly)
    {
        var catalogue = ReadCatalogue();
        Match(heading, Covered(catalogue, AttackRows.In(assembly)));
        Match(OpenRows, Open(catalogue));
    }

    private static void Match(string heading, string expected)
    {
        var file = Path.Combine(TestData.Root, "docs", "attack-table.md");
        var text = File.ReadAllText(file);
        var (start, end) = Section(text, heading);
        if (Environment.GetEnvironmentVariable("SHYPE_GOLDEN") == "write")
        {
            File.WriteAllText(file, string.Concat(text.AsSpan(0, start), expected, text.AsSpan(end)));
            return;
        }

        var (want, have) = (expected.Split('\n'), text[start..end].Split('\n'));
        for (var line = 0; line < Math.Max(want.Length, have.Length); line++)
        {
            if (want.ElementAtOrDefault(line) != have.ElementAtOrDefault(line))
            {
                throw new InvalidDataException($"docs/attack-table.md, {heading}\n  written down: {have.ElementAtOrDefault(line) ?? "(end)"}\n"
                    + $"  found:        {want.ElementAtOrDefault(line) ?? "(end)"}\nRun the test once with SHYPE_GOLDEN=write and review the difference.");
            }
        }
    }

    private static string Covered(IReadOnlyList<CatalogueRow> catalogue, IEnumerable<AttackTest> tests)
    {
        var byId = tests.ToLookup(test => test.Id, StringComparer.Ordinal);
        var text = new StringBuilder("\n| id | attack | reasons | tests |\n|---|---|---|---|\n");
        foreach (var row in catalogue.Where(row => byId.Contains(row.Id)))
        {
            var reasons = byId[row.Id].Select(test => test.Reason?.Replace(ProblemTypes.Prefix, "", StringComparison.Ordinal)).OfType<string>();
            text.Append("| ").Append(row.Id).Append(" | ").Append(row.Attack).Append(" | ")
                .AppendJoin(", ", reasons.Distinct().Order(StringComparer.Ordinal)).Append(" | ")
                .AppendJoin("<br>", byId[row.Id].GroupBy(test => test.Test, StringComparer.Ordinal).Select(test => test.Count() > 1 ? $"{test.Key} ({test.Count()})" : test.Key))
                .Append(" |\n");
        }

        return text.Append('\n').ToString();
    }

    private static string Open(IReadOnlyList<CatalogueRow> catalogue)
    {
        var text = File.ReadAllText(Path.Combine(TestData.Root, "docs", "attack-table.md"));
        var open = new StringBuilder("\n| id | attack | tested | waits for |\n|---|---|---|---|\n");
        foreach (var row in catalogue)
        {
            var tested = new[] { RunningPrograms, Parts }.Any(heading =>
            {
                var (start, end) = Section(text, heading);
                return text.AsSpan(start, end - start).Contains($"\n| {row.Id} |", StringComparison.Ordinal);
            });
            if (row.WaitsFor.Length > 0)
            {
                open.Append("| ").Append(row.Id).Append(" | ").Append(row.Attack).Append(" | ").Append(tested ? "in part" : "no").Append(" | ").Append(row.WaitsFor).Append(" |\n");
            }
            else if (!tested)
            {
                throw new InvalidDataException($"no test carries out row {row.Id} ({row.Attack}): write one, or say in tests/testdata/attacks/catalogue.txt what it waits for");
            }
        }

        return open.ToString();
    }

    private static (int Start, int End) Section(string text, string heading)
    {
        var start = text.IndexOf(heading + "\n", StringComparison.Ordinal);
        start = start < 0 ? throw new InvalidDataException($"docs/attack-table.md has no '{heading}'") : start + heading.Length + 1;
        return (start, text.IndexOf("\n## ", start, StringComparison.Ordinal) is var next and >= 0 ? next + 1 : text.Length);
    }

    private static List<CatalogueRow> ReadCatalogue() =>
        [.. TestData.Text("attacks", "catalogue.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(" | "))
            .Select(parts => new CatalogueRow(parts[0], parts[1], parts.ElementAtOrDefault(2) ?? ""))];

    private sealed record CatalogueRow(string Id, string Attack, string WaitsFor);

    private const string OpenRows = "## Open";
}
