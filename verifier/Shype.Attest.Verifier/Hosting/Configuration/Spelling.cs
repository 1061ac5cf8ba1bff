namespace Shype.Attest.Verifier.Hosting.Configuration;

/// <summary>What somebody meant who wrote a name that does not exist.</summary>
internal static class Spelling
{
    /// <summary>The known name that is nearest, where one is near enough to be meant.</summary>
    public static string? Nearest(string written, IEnumerable<string> known)
    {
        // Longer than any name: nobody meant one, and the comparison costs the product of both lengths.
        if (written.Length > MaxCharacters)
        {
            return null;
        }

        var (distance, name) = known.Select(name => (Distance: Distance(written.ToUpperInvariant(), name.ToUpperInvariant()), Name: name)).DefaultIfEmpty((int.MaxValue, "")).Min();
        return distance <= Math.Max(1, written.Length / 3) ? name : null;
    }

    // Levenshtein's distance: letters that must be put in, taken out or changed.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var changed = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    private const int MaxCharacters = 64;
}
