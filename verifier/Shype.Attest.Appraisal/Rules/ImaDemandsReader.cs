using System.Text;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Yaml;

namespace Shype.Attest.Appraisal.Rules;

/// <summary>What an appraisal policy demands of IMA (docs/ima.md).</summary>
internal static class ImaDemandsReader
{
    public static ImaDemands Read(YamlMap? map)
    {
        if (map is null)
        {
            return AppraisalRules.Default.Ima;
        }

        map.Only("mode", "allow", "deny", "signed", "ignore", "keys");
        var mode = map.Choice("mode", ImaMode.WhenShown, ("when-shown", ImaMode.WhenShown), ("demanded", ImaMode.Demanded), ("ignored", ImaMode.Ignored));
        var rules = new ImaRules
        {
            Allow = ReadFiles(map, "allow", needsDigests: true),
            Deny = ReadFiles(map, "deny", needsDigests: false),
            MustBeSigned = ReadPaths(map, "signed"),
            Ignore = ReadPaths(map, "ignore"),
            Keys = ReadKeys(map),
        };
        if (mode == ImaMode.Ignored && rules.Allow.Count + rules.Deny.Count + rules.MustBeSigned.Count + rules.Ignore.Count > 0)
        {
            throw map.Refuse("mode", "is 'ignored', and there are rules about files that nobody would look at");
        }

        if (rules.MustBeSigned.Count > 0 && rules.Keys.Count == 0)
        {
            throw map.Refuse("signed", "demands signatures, and there is no key in 'keys' to check them with");
        }

        return new() { Mode = mode, Files = ImaRuleSet.TryCreate(rules, out var files, out var problem) ? files : throw map.Refuse(problem) };
    }

    private static List<ImaFileRule> ReadFiles(YamlMap map, string key, bool needsDigests)
    {
        var rules = new List<ImaFileRule>();
        foreach (var item in map.Maps(key, MeasurementLimits.MaxImaRules))
        {
            item.Only("path", "digests");
            var digests = new List<string>();
            foreach (var digest in item.Has("digests") ? item.Need("digests").AsList(MeasurementLimits.MaxImaRuleDigests) : [])
            {
                var text = digest.AsText();
                digests.Add(ImaRuleSet.IsDigest(text) ? text : throw digest.Refuse($"'{text}' is not HASH:HEX in small letters, with 'verity:' before those of fs-verity"));
            }

            if (needsDigests && digests.Count == 0)
            {
                throw item.Refuse("a digest is needed ('digests'): a path alone says nothing about what is in the file");
            }

            rules.Add(new ImaFileRule { Path = ReadPath(item.Need("path")), Digests = digests });
        }

        return rules;
    }

    private static List<string> ReadPaths(YamlMap map, string key) =>
        map.Has(key) ? [.. map.Need(key).AsList(MeasurementLimits.MaxImaRules).Select(ReadPath)] : [];

    private static string ReadPath(YamlNode node)
    {
        var path = node.AsText(YamlLimits.MaxPathBytes);
        return ImaPathPattern.TryRead(path, out _, out var problem) ? path : throw node.Refuse("the path " + problem);
    }

    private static List<string> ReadKeys(YamlMap map)
    {
        var keys = new List<string>();
        foreach (var item in map.Has("keys") ? map.Texts("keys", MeasurementLimits.MaxImaKeys) : [])
        {
            // PEM has lines, which other texts of the document must not have.
            if (!ImaKey.TryRead(Encoding.UTF8.GetBytes(item.Value), out var read, out var problem))
            {
                throw item.Refuse("the key " + problem);
            }

            foreach (var key in read)
            {
                key.Dispose();
            }

            keys.Add(item.Value);
        }

        return keys;
    }
}
