using System.Text;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Enrolment;

/// <summary>What enrolment found, as the store keeps it. A row that cannot be read is our own failure, and nothing is said about the host.</summary>
internal static class KeptFindings
{
    /// <summary>The findings.</summary>
    /// <exception cref="StoreException">They cannot be read.</exception>
    public static IReadOnlyList<Finding> Read(string json) => StoredFindings.TryRead(Encoding.UTF8.GetBytes(json), out var findings, out var problem)
        ? findings
        : throw new StoreException($"what enrolment found about a host cannot be read: {problem}");
}
