using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.References;

/// <summary>Names of bundles and signers: from outside, and safe in an address, a file name and a terminal (threat rows R16, K14).</summary>
public static class BundleName
{
    /// <summary>What is wrong with a name; null for a good one.</summary>
    public static string? Problem(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is 0 or > AppraisalLimits.MaxBundleName ? $"it has {name.Length} characters, 1 to {AppraisalLimits.MaxBundleName} are possible"
            : TextRules.IndexOfForbidden(name) is var index and >= 0 ? $"U+{(int)name[index]:X4} is not allowed"
            : name.AsSpan().IndexOfAny('/', '\\', '%') >= 0 ? "/, \\ and % are not allowed"
            : name.Trim() != name || name.Trim('.').Length == 0 ? "it is only dots, or begins or ends with a space"
            : null;
    }
}
