using Shype.Attest.Isolation.Flask;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Story;

/// <summary>The binary policy that was measured, read; or why there is none.</summary>
/// <param name="File">The digest of the file; null where none was measured.</param>
/// <param name="Policy">What it says.</param>
/// <param name="Problem">Why it is not known.</param>
/// <param name="Detail">More about that.</param>
internal sealed record MeasuredFlask(MeasuredDigest? File, FlaskPolicy? Policy, FindingCode? Problem, string? Detail = null)
{
    /// <summary>Reads the file of a measured policy, or says what is wrong with it.</summary>
    public static MeasuredFlask Read(MeasuredDigest digest, ReadOnlySpan<byte> file) =>
        !FlaskBinary.TryParse(file, out var policy, out var problem) ? new(digest, null, FindingCode.PolicyMalformed, problem.ToString())
        : policy.Target != FlaskTarget.Xen ? new(digest, null, FindingCode.PolicyMalformed, "it is a policy for Linux, not for Xen")
        : new(digest, policy, null);
}
