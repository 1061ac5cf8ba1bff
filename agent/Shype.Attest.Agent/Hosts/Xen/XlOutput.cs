using System.Globalization;
using System.Text.Json;
using Shype.Attest.Agent.Sources;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Hosts.Xen;

/// <summary>What <c>xl</c> prints, read strictly where a decision rests on it.</summary>
internal static class XlOutput
{
    /// <summary>"key : value" lines of <c>xl info</c>; the first of a key counts.</summary>
    public static IReadOnlyDictionary<string, string> ReadInfo(string text)
    {
        var info = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
            {
                info.TryAdd(line[..colon].Trim(), line[(colon + 1)..].Trim());
            }
        }

        return info;
    }

    /// <summary><c>xl list -l</c>: every domain but the host's own, which has number 0.</summary>
    /// <exception cref="AgentException">It is not that.</exception>
    public static IReadOnlyList<RunningDomain> ReadDomains(byte[] json, IReadOnlyDictionary<uint, string> labels)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var domains = new List<RunningDomain>();
            foreach (var domain in document.RootElement.EnumerateArray())
            {
                var number = domain.GetProperty("domid").GetUInt32();
                if (number == 0)
                {
                    continue;
                }

                if (domains.Count == MaxDomains)
                {
                    throw Unreadable($"there are more than {MaxDomains} domains");
                }

                var made = domain.GetProperty("config").GetProperty("c_info");
                domains.Add(new(made.GetProperty("uuid").GetGuid(), NameOf(made, number), number, labels.GetValueOrDefault(number)));
            }

            return domains;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Unreadable(TextRules.Escape(e.Message), e);
        }
    }

    /// <summary>The labels in <c>xl list -Z</c>, by the domain's number: empty where the hypervisor has none.</summary>
    public static IReadOnlyDictionary<uint, string> ReadLabels(string text)
    {
        var labels = new Dictionary<uint, string>();
        foreach (var line in text.Split('\n').Skip(1))
        {
            // Name, ID, Mem, VCPUs, State, Time(s), Security Label: the name may have blanks, nothing behind it does.
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 7
                && uint.TryParse(words[^6], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && words[^1] is not "-" and var label
                && TextRules.IndexOfForbidden(label) < 0)
            {
                labels[number] = label;
            }
        }

        return labels;
    }

    // A name is what an administrator gave; one that records cannot carry is replaced, the uuid stays.
    private static string NameOf(JsonElement made, uint number) =>
        made.TryGetProperty("name", out var element) && element.GetString() is { Length: > 0 and <= 128 } name && TextRules.IndexOfForbidden(name) < 0
            ? name
            : $"domain {number}";

    private static AgentException Unreadable(string problem, Exception? e = null) =>
        new(ExitCode.CouldNot, $"xl list -l: its answer cannot be read: {problem}", e);

    private const int MaxDomains = 32_768;
    private const int MaxDepth = 32;
}
