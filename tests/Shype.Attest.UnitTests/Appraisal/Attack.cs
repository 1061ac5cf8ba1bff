using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.Attacks;
using Shype.Attest.Testing.World;
using Xunit;
using Verdict = Shype.Attest.Appraisal.Appraisal;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>One row of the attack table: a valid host and verifier, what is done to them, and the reason that must be given.</summary>
/// <param name="Name">The row's id and words.</param>
/// <param name="Code">The reason.</param>
/// <param name="Run">What is done.</param>
public sealed record Attack(string Name, FindingCode Code, Func<VirtualHost, VirtualVerifier, Verdict> Run) : IAttackRow
{
    /// <summary>Runs it: the reason is given, and lowers the verdict as far as the catalogue says.</summary>
    public void Check()
    {
        var host = VirtualHost.Boot();
        var verdict = Run(host, new VirtualVerifier(host));
        Assert.Contains(Code, verdict.Findings.Select(finding => finding.Code));
        var worst = verdict.Vms.Select(vm => verdict.VectorOf(vm).Tier).Append(verdict.Host.Status).Max();
        Assert.True(worst >= (FindingCatalogue.KindOf(Code).Severity switch
        {
            FindingSeverity.Failure => TrustTier.Contraindicated,
            FindingSeverity.Warning => TrustTier.Warning,
            _ => TrustTier.Affirming,
        }), $"{worst}: {string.Join("; ", verdict.Findings.Select(finding => finding.Text))}");
        Assert.All(verdict.Findings, finding => Assert.DoesNotContain("?", finding.Text.Replace("\\u", "", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public string Reason => FindingCatalogue.KindOf(Code).Text;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
