using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>Whether a policy was made to take the place of another, whatever runs: the same parts, that name and version, and up in version.</summary>
public static class PolicySuccession
{
    /// <summary>Why it was not; none where it was.</summary>
    public static IEnumerable<PolicyChangeProblem> Problems(AcmPolicy now, AcmPolicy next)
    {
        ArgumentNullException.ThrowIfNull(now);
        ArgumentNullException.ThrowIfNull(next);
        if ((now.HasTypeEnforcement, now.HasChineseWall) != (next.HasTypeEnforcement, next.HasChineseWall))
        {
            yield return new(PolicyChangeProblemCode.OtherParts, $"policy {next} does not have the same parts as {now}; they are set until the next boot");
        }

        if (now.Name == PolicyChange.DefaultName || next.Name == PolicyChange.DefaultName)
        {
            yield break;
        }

        if (next.From is not { } from || from.Name != now.Name || from.Version != now.Version)
        {
            var made = next.From is { } other ? $"{Quote.Visible(other.Name)} {other.Version}" : "no policy";
            yield return new(PolicyChangeProblemCode.NotTheSuccessor, $"policy {next} was made to replace {made}, and {now} is in force");
        }

        if (next.Version <= now.Version)
        {
            yield return new(PolicyChangeProblemCode.VersionNotUp, $"version {next.Version} is not above {now.Version}");
        }
    }
}
