using System.Security;
using System.Text;
using CsCheck;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.UnitTests.Isolation.Acm;

/// <summary>Policies that no person wrote, through their XML.</summary>
internal static class PolicyGenerator
{
    private static readonly string[] Words = ["red", "blue", "green", "Zoo", "a.b", "é", "x & y", "__UNLABELED__", "banque", "0"];

    private static readonly Gen<string[]> SomeWords = Gen.Shuffle(Words, 1, Words.Length);

    private static readonly Gen<string[]?> MaybeWords = Gen.Select(Gen.Bool, SomeWords, (isThere, words) => isThere ? words : null);

    /// <summary>Any combination of the two rules, of up to ten types and labels each.</summary>
    public static Gen<AcmPolicy> Policies { get; } =
        from ste in MaybeWords
        from wall in MaybeWords
        from vms in SomeWords
        from resources in SomeWords
        from major in Gen.UInt[0, 99_999_999]
        from bits in Gen.ULong.Array[12]
        select Parse(ste, wall, vms, ste is null ? [] : resources, major, bits);

    private static AcmPolicy Parse(string[]? ste, string[]? wall, string[] vms, string[] resources, uint major, ulong[] bits)
    {
        var xml = new StringBuilder("<SecurityPolicyDefinition xmlns=\"http://www.ibm.com\"><PolicyHeader><PolicyName>any</PolicyName>")
            .Append(System.Globalization.CultureInfo.InvariantCulture, $"<Version>{major}.7</Version></PolicyHeader>");
        if (ste is not null)
        {
            xml.Append("<SimpleTypeEnforcement>").Append(Block("SimpleTypeEnforcementTypes", ste)).Append("</SimpleTypeEnforcement>");
        }

        if (wall is not null)
        {
            // Each label holds one type at most, so that whatever the set is no label conflicts with itself.
            xml.Append("<ChineseWall>").Append(Block("ChineseWallTypes", wall));
            if (wall.Length > 1)
            {
                xml.Append("<ConflictSets><Conflict name=\"s\">").Append(Types(wall.Take(2 + (int)(bits[11] % (ulong)(wall.Length - 1))))).Append("</Conflict></ConflictSets>");
            }

            xml.Append("</ChineseWall>");
        }

        xml.Append("<SecurityLabelTemplate><SubjectLabels bootstrap=\"host\">");
        foreach (var (name, i) in vms.Prepend("host").Select((name, i) => (name, i)))
        {
            xml.Append("<VirtualMachineLabel><Name>").Append(SecurityElement.Escape(name)).Append("</Name>");
            var held = (ste ?? []).Where((_, column) => (bits[i] >> column & 1) == 1).ToList();
            xml.Append(held.Count == 0 ? "" : Block("SimpleTypeEnforcementTypes", held));
            var counts = (wall ?? []).Where((_, column) => bits[i] % 11 == (ulong)column).ToList();
            xml.Append(counts.Count == 0 ? "" : Block("ChineseWallTypes", counts)).Append("</VirtualMachineLabel>");
        }

        xml.Append("</SubjectLabels>");
        if (resources.Length > 0)
        {
            xml.Append("<ObjectLabels>");
            foreach (var (name, i) in resources.Select((name, i) => (name, i)))
            {
                xml.Append("<ResourceLabel><Name>").Append(SecurityElement.Escape(name)).Append("</Name>").Append(Block("SimpleTypeEnforcementTypes", [ste![bits[i] % (ulong)ste.Length]])).Append("</ResourceLabel>");
            }

            xml.Append("</ObjectLabels>");
        }

        xml.Append("</SecurityLabelTemplate></SecurityPolicyDefinition>");
        return AcmXml.TryParse(Encoding.UTF8.GetBytes(xml.ToString()), out var policy, out var problems) ? policy : throw new InvalidDataException(problems[0] + "\n" + xml);
    }

    private static string Block(string name, IEnumerable<string> types) => $"<{name}>{Types(types)}</{name}>";

    private static string Types(IEnumerable<string> types) => string.Concat(types.Select(type => $"<Type>{SecurityElement.Escape(type)}</Type>"));
}
