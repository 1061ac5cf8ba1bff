using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Isolation.Acm;

/// <summary>Policy files in Xen's XML format (namespace http://www.ibm.com, schema of 2007-07-12).</summary>
public static class AcmXml
{
    /// <summary>
    /// Reads a policy file. False with every problem found, in the order of the file, where it breaks the schema or a rule beyond it. Nothing
    /// in the file can make this throw, fetch, or take memory or time out of proportion to <see cref="AcmLimits"/>.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out AcmPolicy? policy, out IReadOnlyList<PolicyProblem> problems)
    {
        var found = new ProblemList();
        (policy, _, _) = Parse(utf8, [], found);
        problems = found.ToList();
        return policy is not null;
    }

    /// <summary>Reads and judges a policy file, in the same way and with the same bounds.</summary>
    public static AcmDocument Read(ReadOnlySpan<byte> utf8) => Read(utf8, [], new ProblemList());

    /// <summary>
    /// Reads a policy of any schema since 2005 as leniently as Xen's tools did, and says where: no version, types of conflict sets that are not
    /// declared, labels with two types of one set, second blocks of types. What agents measure and verifiers believe is never read like this.
    /// </summary>
    /// <param name="utf8">The policy, or the definition where there are two files (2005).</param>
    /// <param name="labelTemplate">The second file of 2005; empty where there is one.</param>
    public static AcmDocument ReadLegacy(ReadOnlySpan<byte> utf8, ReadOnlySpan<byte> labelTemplate) => Read(utf8, labelTemplate, new ProblemList(isLegacy: true));

    private static AcmDocument Read(ReadOnlySpan<byte> utf8, ReadOnlySpan<byte> labelTemplate, ProblemList found)
    {
        var (policy, root, labels) = Parse(utf8, labelTemplate, found);
        return new AcmDocument
        {
            Policy = policy,
            Problems = found.ToList(),
            LegacyReadings = found.Readings,
            Advice = policy is null ? [] : new AcmLint(policy, new AcmPlaces(root, labels)).Advise(),
        };
    }

    private static (AcmPolicy? Policy, AcmElement? Root, AcmElement? Labels) Parse(ReadOnlySpan<byte> utf8, ReadOnlySpan<byte> labelTemplate, ProblemList found)
    {
        var root = new AcmTree(found).Read(utf8);
        found.File = labelTemplate.IsEmpty ? "" : AcmGrammar.InLabelTemplate;
        var labels = labelTemplate.IsEmpty ? null : new AcmTree(found).Read(labelTemplate);
        found.File = "";

        // The grammar is only asked about a whole tree in the right namespace: otherwise it would complain about what was never read.
        return (root is null || !found.IsEmpty ? null : new AcmGrammar(found).Policy(root, labels), root, labels);
    }
}
