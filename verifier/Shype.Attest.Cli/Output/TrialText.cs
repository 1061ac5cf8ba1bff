using Spectre.Console;

namespace Shype.Attest.Cli.Output;

/// <summary>What an appraisal policy would change, for a person.</summary>
internal sealed class TrialText(Report report)
{
    private readonly Page _page = new(report);

    /// <summary>The fleet: first in one line each, then what changes and why.</summary>
    public void Write(FleetTrialReport trial)
    {
        _page.Line(0, ("trial of ", null), (trial.Policy, Styles.Strong), ($": {trial.Hosts.Count} tried, {trial.Worse} would get a worse verdict; nothing was activated", null));
        _page.Table(2, ["host", "now", "then", ""], trial.Hosts.Select(host => (IReadOnlyList<(string, Style?)>)
            [(host.Host, Styles.Strong), (host.Now, OfTier(host.Now)), (host.Then, OfTier(host.Then)), (host.Parts.Count == 0 ? "nothing changes" : "changes", null)]));
        foreach (var host in trial.Hosts.Where(host => host.Parts.Count > 0 || host.NotAsked.Count > 0))
        {
            _page.Gap();
            _page.Line(0, (host.Host, Styles.Strong));
            if (host.NotAsked.Count > 0)
            {
                _page.Line(2, $"would be asked for PCRs that this evidence does not show, so what they hold was not tried: {string.Join(", ", host.NotAsked)}");
            }

            // What changes for the host counts for each of its VMs; it is told once.
            var ofHost = host.Parts.FirstOrDefault(part => part.Part == "host");
            foreach (var part in host.Parts)
            {
                _page.Line(2, ($"{part.Part} ({part.Name}): ", null), (part.Now, OfTier(part.Now)), (" -> ", null), (part.Then, OfTier(part.Then)));
                var known = part == ofHost ? null : ofHost;
                Write("+", part.Appear.Except(known?.Appear ?? []));
                Write("-", part.Vanish.Except(known?.Vanish ?? []));
            }
        }

        foreach (var host in trial.NotTried)
        {
            _page.Line(0, ("not tried: ", Styles.Doubtful), ($"{host.Host}: {host.Reason}", null));
        }
    }

    private void Write(string sign, IEnumerable<TrialFinding> findings)
    {
        foreach (var finding in findings)
        {
            _page.Line(4, ($"{sign} ", Styles.Strong), (finding.Severity, Styles.OfWord(finding.Severity)), ($" {finding.Code}: {finding.Text}", null));
        }
    }

    private static Style OfTier(string tier) => tier switch
    {
        "affirming" => Styles.Good,
        "warning" => Styles.Doubtful,
        "none" => Styles.Strong,
        _ => Styles.Bad,
    };
}
