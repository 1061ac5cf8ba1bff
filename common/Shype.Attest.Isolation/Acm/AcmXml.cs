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
        var root = new AcmTree(found).Read(utf8);

        // The grammar is only asked about a whole tree in the right namespace: otherwise it would complain about what was never read.
        policy = root is null || !found.IsEmpty ? null : new AcmGrammar(found).Policy(root);
        problems = found.ToList();
        return policy is not null;
    }
}
