using System.Collections.Immutable;
using System.Text;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.UnitTests.Isolation;

/// <summary>
/// A policy in a few lines: "ste A B", "wall a b", "set NAME a b", "vm NAME [from OLD]: A B | a", "resource NAME [from OLD]: A", "from NAME 1.0". The first VM label
/// is the host's. It goes through the real reader.
/// </summary>
internal static class PolicySketch
{
    public static AcmPolicy Read(string name, string version, IEnumerable<string> lines)
    {
        var (header, ste, wall, sets, vms, resources) = ("", "", "", "", new StringBuilder(), new StringBuilder());
        string? bootstrap = null;
        foreach (var line in lines.Select(line => line.Trim()))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words[0])
            {
                case "from":
                    header = $"<FromPolicy><PolicyName>{words[1]}</PolicyName><Version>{words[2]}</Version></FromPolicy>";
                    break;
                case "ste":
                    ste = $"<SimpleTypeEnforcement><SimpleTypeEnforcementTypes>{Types(words[1..])}</SimpleTypeEnforcementTypes></SimpleTypeEnforcement>";
                    break;
                case "wall":
                    wall = Types(words[1..]);
                    break;
                case "set":
                    sets += $"<Conflict name=\"{words[1]}\">{Types(words[2..])}</Conflict>";
                    break;
                case "vm":
                    bootstrap ??= words[1].TrimEnd(':');
                    vms.Append($"<VirtualMachineLabel>{Label(line, out var types)}{Block("SimpleTypeEnforcementTypes", types[0])}{Block("ChineseWallTypes", types.ElementAtOrDefault(1) ?? "")}</VirtualMachineLabel>");
                    break;
                case "resource":
                    resources.Append($"<ResourceLabel>{Label(line, out var type)}{Block("SimpleTypeEnforcementTypes", type[0])}</ResourceLabel>");
                    break;
                default:
                    throw new ArgumentException(line);
            }
        }

        var chineseWall = wall.Length == 0 ? "" : $"<ChineseWall priority=\"PrimaryPolicyComponent\"><ChineseWallTypes>{wall}</ChineseWallTypes>{(sets.Length == 0 ? "" : $"<ConflictSets>{sets}</ConflictSets>")}</ChineseWall>";
        var objects = resources.Length == 0 ? "" : $"<ObjectLabels>{resources}</ObjectLabels>";
        var xml = $"<?xml version=\"1.0\"?><SecurityPolicyDefinition xmlns=\"http://www.ibm.com\"><PolicyHeader><PolicyName>{name}</PolicyName><Version>{version}</Version>{header}</PolicyHeader>"
            + $"{ste}{chineseWall}<SecurityLabelTemplate><SubjectLabels bootstrap=\"{bootstrap}\">{vms}</SubjectLabels>{objects}</SecurityLabelTemplate></SecurityPolicyDefinition>";
        return AcmXml.TryParse(Encoding.UTF8.GetBytes(xml), out var policy, out var problems) ? policy : throw new ArgumentException($"{problems[0]} in {xml}");
    }

    /// <summary>The same without the reader's rules: a label may hold two types of one conflict set, as Xen's tools let it.</summary>
    public static AcmPolicy ReadUnchecked(string name, string version, IEnumerable<string> lines)
    {
        var sketch = lines.Select(line => (Words: line.Split(':')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), Types: line.Split(':').Skip(1).SelectMany(types => types.Split('|')).Select(Names).ToList())).ToList();
        IEnumerable<string[]> Lines(string keyword) => sketch.Where(line => line.Words[0] == keyword).Select(line => line.Words[1..]);
        var vms = sketch.Where(line => line.Words[0] == "vm").ToList();
        return new AcmPolicy(
            name,
            AcmVersion.TryParse(version, out var parsed) ? parsed : throw new ArgumentException(version),
            from: null,
            steTypes: Lines("ste").Single(),
            chWallTypes: Lines("wall").Single(),
            conflictSets: Lines("set").Select(set => new ConflictSet(set[0], [.. set[1..].Order(StringComparer.Ordinal)])),
            bootstrap: vms[0].Words[1],
            vmLabels: vms.Select(vm => new VmLabel(vm.Words[1], vm.Types[0], vm.Types[1])),
            resourceLabels: sketch.Where(line => line.Words[0] == "resource").Select(resource => new ResourceLabel(resource.Words[1], resource.Types[0][0])));
    }

    private static ImmutableArray<string> Names(string types) => [.. types.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    private static string Label(string line, out string[] types)
    {
        var parts = line.Split(':', 2);
        types = parts[1].Split('|');
        var words = parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return $"<Name{(words.Length > 3 ? $" from=\"{words[3]}\"" : "")}>{words[1]}</Name>";
    }

    private static string Block(string element, string types) => types.Trim().Length == 0 ? "" : $"<{element}>{Types(types.Split(' ', StringSplitOptions.RemoveEmptyEntries))}</{element}>";

    private static string Types(IEnumerable<string> types) => string.Concat(types.Select(type => $"<Type>{type}</Type>"));
}
