using Shype.Attest.Appraisal.Bundles;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Output;

/// <summary>A file that was written, in JSON.</summary>
/// <param name="File">Its name.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Host">The host.</param>
/// <param name="AppraisedAt">The time of the verdict.</param>
/// <param name="Status">The verdict, as its token says.</param>
public sealed record BundleWritten(string File, int Bytes, string Host, DateTimeOffset AppraisedAt, string Status);

/// <summary>An appraisal policy that was checked or put in force, in JSON.</summary>
/// <param name="Group">Its group.</param>
/// <param name="Name">Its name.</param>
/// <param name="Version">The version that is in force now; null where nothing was sent.</param>
/// <param name="Digest">SHA-256 of the document, as results name it.</param>
public sealed record AppraisalPolicyReport(string Group, string Name, string? Version, string Digest);

/// <summary>What an appraisal policy would change, in JSON.</summary>
/// <param name="Policy">The policy that was tried.</param>
/// <param name="Worse">Hosts whose verdict would get worse.</param>
/// <param name="Hosts">Every host that was tried.</param>
/// <param name="NotTried">Hosts that could not be tried, and why.</param>
public sealed record FleetTrialReport(string Policy, int Worse, IReadOnlyList<HostTrialReport> Hosts, IReadOnlyList<HostNotTried> NotTried);

/// <summary>A host that could not be tried.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Reason">Why.</param>
public sealed record HostNotTried(string Host, string Reason);

/// <summary>What would change for one host, in JSON.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Now">The verdict under the rules in force.</param>
/// <param name="Then">The verdict under the other ones.</param>
/// <param name="NotAsked">PCRs that would be quoted and are not in this evidence.</param>
/// <param name="Parts">What changes in the host itself and its VMs.</param>
public sealed record HostTrialReport(string Host, string Now, string Then, IReadOnlyList<string> NotAsked, IReadOnlyList<PartTrialReport> Parts)
{
    /// <summary>The report of a trial.</summary>
    public static HostTrialReport Of(PolicyTrial trial)
    {
        ArgumentNullException.ThrowIfNull(trial);
        return new(trial.Host, Page.Tier(trial.Now), Page.Tier(trial.Then), trial.NotAsked,
            [.. trial.Parts.Select(part => new PartTrialReport(part.Name, part.Label, Page.Tier(part.Now), Page.Tier(part.Then),
                [.. part.Appear.Select(TrialFinding.Of)], [.. part.Vanish.Select(TrialFinding.Of)]))]);
    }
}

/// <summary>What would change for the host itself or one VM, in JSON.</summary>
/// <param name="Part">"host" or "vm/" and the uuid.</param>
/// <param name="Name">Its name.</param>
/// <param name="Now">The verdict under the rules in force.</param>
/// <param name="Then">The verdict under the other ones.</param>
/// <param name="Appear">Findings that appear.</param>
/// <param name="Vanish">Findings that vanish.</param>
public sealed record PartTrialReport(
    string Part, string Name, string Now, string Then, IReadOnlyList<TrialFinding> Appear, IReadOnlyList<TrialFinding> Vanish);

/// <summary>A finding that comes or goes.</summary>
/// <param name="Severity">Its severity.</param>
/// <param name="Code">Its code.</param>
/// <param name="Text">It in a sentence.</param>
public sealed record TrialFinding(string Severity, string Code, string Text)
{
    /// <summary>Of a finding.</summary>
    public static TrialFinding Of(ResultFinding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return new(finding.Severity, finding.Code, finding.Text);
    }
}
