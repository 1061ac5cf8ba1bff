using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Shype.Attest.Measurement.Ima;

/// <summary>IMA rules that were checked and can be asked. Never changes: other rules are another set.</summary>
public sealed class ImaRuleSet
{
    private ImaRuleSet(ImaRules rules, ImaPathTable<HashSet<string>> allow, ImaPathTable<HashSet<string>> deny, ImaPathTable<bool> signed, ImaPathTable<bool> ignore, IReadOnlyList<ImaKey> keys)
    {
        Rules = rules;
        (Allow, Deny, Signed, Ignore, Keys) = (allow, deny, signed, ignore, keys);
        Digest = DigestOf(rules);
    }

    /// <summary>Nothing is said about files.</summary>
    public static ImaRuleSet None { get; } = TryCreate(ImaRules.None, out var none, out var problem) ? none : throw new InvalidOperationException(problem);

    /// <summary>The rules.</summary>
    public ImaRules Rules { get; }

    /// <summary>SHA-256 over everything that the rules say: what was judged by others is judged again.</summary>
    public ReadOnlyMemory<byte> Digest { get; }

    /// <summary>Whether files are judged: without an allow rule and a demand of signatures a file that nothing is said about is just a file.</summary>
    public bool JudgesFiles => Rules.Allow.Count + Rules.MustBeSigned.Count > 0;

    /// <summary>The keys.</summary>
    public IReadOnlyList<ImaKey> Keys { get; }

    internal ImaPathTable<HashSet<string>> Allow { get; }

    internal ImaPathTable<HashSet<string>> Deny { get; }

    internal ImaPathTable<bool> Signed { get; }

    internal ImaPathTable<bool> Ignore { get; }

    /// <summary>Reads rules, or says what is wrong with which of them.</summary>
    public static bool TryCreate(ImaRules rules, [NotNullWhen(true)] out ImaRuleSet? set, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(rules);
        set = null;
        var (allow, deny, signed, ignore) = (new ImaPathTable<HashSet<string>>(), new ImaPathTable<HashSet<string>>(), new ImaPathTable<bool>(), new ImaPathTable<bool>());
        problem = Fill(allow, rules.Allow, "allow") ?? Fill(deny, rules.Deny, "deny") ?? Fill(signed, rules.MustBeSigned, "mustBeSigned") ?? Fill(ignore, rules.Ignore, "ignore");
        var keys = new List<ImaKey>();
        for (var i = 0; i < rules.Keys.Count && problem is null; i++)
        {
            if (ImaKey.TryRead(Encoding.UTF8.GetBytes(rules.Keys[i]), out var read, out var wrong))
            {
                keys.AddRange(read);
            }
            else
            {
                problem = $"keys[{i}] {wrong}";
            }
        }

        problem ??= keys.Count > MeasurementLimits.MaxImaKeys ? $"keys: {keys.Count} of them, {MeasurementLimits.MaxImaKeys} are allowed ({nameof(MeasurementLimits.MaxImaKeys)})" : null;
        problem ??= rules.MustBeSigned.Count > 0 && keys.Count == 0 ? "mustBeSigned: files must be signed, but there is no key to check them with" : null;
        set = problem is null ? new ImaRuleSet(rules, allow, deny, signed, ignore, keys) : null;
        return set is not null;
    }

    /// <summary>Whether a text is a file's digest: "sha256:HEX", or "verity:sha256:HEX".</summary>
    public static bool IsDigest(string text)
    {
        var digest = text.StartsWith("verity:", StringComparison.Ordinal) ? text.AsSpan(7) : text;
        var colon = digest.IndexOf(':');
        return colon > 0 && ImaDigest.SizeOf(digest[..colon]) is var size and > 0 && digest.Length - colon - 1 == 2 * size
            && !digest[(colon + 1)..].ContainsAnyExcept(HexDigits);
    }

    /// <summary>The same rules with keys that were read elsewhere.</summary>
    internal ImaRuleSet WithKeys(IReadOnlyList<ImaKey> keys) => new(Rules, Allow, Deny, Signed, Ignore, keys);

    private static string? Fill(ImaPathTable<HashSet<string>> table, IReadOnlyList<ImaFileRule> rules, string list)
    {
        if (rules.Count > MeasurementLimits.MaxImaRules)
        {
            return TooMany(list, rules.Count);
        }

        for (var i = 0; i < rules.Count; i++)
        {
            var digests = rules[i].Digests;
            if (digests.Count > MeasurementLimits.MaxImaRuleDigests)
            {
                return $"{list}[{i}].digests: {digests.Count} of them, {MeasurementLimits.MaxImaRuleDigests} are allowed ({nameof(MeasurementLimits.MaxImaRuleDigests)})";
            }

            if (digests.FirstOrDefault(digest => !IsDigest(digest)) is { } wrong)
            {
                return $"{list}[{i}].digests: '{wrong}' is not HASH:HEX in small letters, with 'verity:' before those of fs-verity";
            }

            if (table.Add(rules[i].Path, [.. digests]) is { } problem)
            {
                return $"{list}[{i}].path {problem}";
            }
        }

        return null;
    }

    private static string? Fill(ImaPathTable<bool> table, IReadOnlyList<string> paths, string list)
    {
        if (paths.Count > MeasurementLimits.MaxImaRules)
        {
            return TooMany(list, paths.Count);
        }

        for (var i = 0; i < paths.Count; i++)
        {
            if (table.Add(paths[i], true) is { } problem)
            {
                return $"{list}[{i}] {problem}";
            }
        }

        return null;
    }

    private static string TooMany(string list, int count) => $"{list}: {count} of them, {MeasurementLimits.MaxImaRules} are allowed ({nameof(MeasurementLimits.MaxImaRules)})";

    // Every text with its length before it, so that no two documents read the same.
    private static byte[] DigestOf(ImaRules rules)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Files(rules.Allow);
        Files(rules.Deny);
        Texts(rules.MustBeSigned);
        Texts(rules.Ignore);
        Texts(rules.Keys);
        return hash.GetHashAndReset();

        void Files(IReadOnlyList<ImaFileRule> files)
        {
            Number(files.Count);
            foreach (var file in files)
            {
                Text(file.Path);
                Texts(file.Digests);
            }
        }

        void Texts(IReadOnlyList<string> texts)
        {
            Number(texts.Count);
            foreach (var text in texts)
            {
                Text(text);
            }
        }

        void Text(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Number(bytes.Length);
            hash.AppendData(bytes);
        }

        void Number(int number) => hash.AppendData(BitConverter.GetBytes(number));
    }

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
}
