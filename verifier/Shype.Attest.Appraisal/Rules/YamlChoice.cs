using Shype.Attest.Yaml;

namespace Shype.Attest.Appraisal.Rules;

/// <summary>Values that are one of a few words.</summary>
internal static class YamlChoice
{
    public static T Choice<T>(this YamlMap map, string key, T otherwise, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        if (map.OptionalText(key) is not { } text)
        {
            return otherwise;
        }

        var words = new List<string>();
        foreach (var (word, value) in choices)
        {
            if (word == text)
            {
                return value;
            }

            words.Add(word);
        }

        throw map.Refuse(key, $"is '{text}'; possible are {string.Join(", ", words)}");
    }
}
