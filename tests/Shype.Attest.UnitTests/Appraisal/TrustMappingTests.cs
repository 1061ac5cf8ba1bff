using System.Text;
using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

public sealed class TrustMappingTests
{
    [Fact]
    public void Every_code_lowers_a_host_to_its_severity() => Assert.All(FindingCatalogue.All, kind =>
        Assert.Equal(TierOf(kind.Severity), TrustMapping.Host([new Finding(kind.Code, "x")]).Tier));

    [Fact]
    public void Every_code_of_a_host_lowers_its_VMs_as_far_as_itself_unless_it_only_withdraws() => Assert.All(FindingCatalogue.All, kind =>
    {
        Finding[] host = [new(kind.Code, "x")];
        Assert.True(TrustMapping.Vm(host, []).Tier >= TierOf(kind.Severity), kind.Text);
        Assert.True(TrustMapping.Vm(host, []).RuntimeOpaque >= TrustMapping.Host(host).RuntimeOpaque, kind.Text);
        Assert.NotEqual(TrustTier.Affirming, kind.Severity == FindingSeverity.Failure ? TrustMapping.AbsentVm(host).Tier : TrustTier.None);
    });

    [Fact]
    public void More_findings_never_make_it_better() => Assert.All(FindingCatalogue.All, one => Assert.All(FindingCatalogue.All, other =>
    {
        Finding[] both = [new(one.Code, "x"), new(other.Code, "x")];
        Assert.True(TrustMapping.Host(both).Tier >= TrustMapping.Host(both[..1]).Tier);
        Assert.Equal(TrustMapping.Host(both).Tier, TrustMapping.Host([both[1], both[0]]).Tier);
    }));

    [Fact]
    public void A_VM_that_does_not_run_is_never_affirmed()
    {
        Assert.Equal(TrustTier.None, TrustMapping.AbsentVm([]).Tier);
        Assert.Equal(TrustTier.Contraindicated, TrustMapping.AbsentVm([new(FindingCode.ConflictViolated, "vm/x")]).Tier);
    }

    [Fact]
    public void A_VMs_finding_does_not_lower_its_host_or_its_neighbour()
    {
        var host = VirtualHost.Boot(spec => spec with { Vms = [VirtualVms.Web with { Mutable = true }, VirtualVms.Database] });
        var verdict = new VirtualVerifier(host).Ask();
        Assert.Equal(
            (TrustTier.Affirming, TrustTier.Warning, TrustTier.Affirming),
            (verdict.Host.Status, verdict.VectorOf(verdict.FindVm("web")).Tier, verdict.VectorOf(verdict.FindVm("db")).Tier));
    }

    [Fact]
    public void The_document_is_made_from_the_tables() => Golden.Match("../../docs", "trust-vector.md", Document());

    private static TrustTier TierOf(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Failure => TrustTier.Contraindicated,
        FindingSeverity.Warning => TrustTier.Warning,
        _ => TrustTier.Affirming,
    };

    private static string Document()
    {
        var text = new StringBuilder("""
            # The trustworthiness vector: every value and why

            A verdict starts from what complete and faultless evidence proves, and each finding lowers it. A finding about the host lowers the host and every VM on
            it; a finding about a VM lowers that VM. A claim keeps the worst value that any finding gives to it; the status is the worst tier of all claims.
            `0` claims nothing. This page is made from the tables in `TrustMapping` and `FindingCatalogue`; a test holds it to them.

            ## What a faultless host starts with


            """);
        Table(text, TrustMapping.HostBase);
        text.Append("\n## What a faultless host starts with that stock tpm2-tools quoted\n\n");
        Table(text, TrustMapping.ToolHostBase);
        text.Append("\nIts status is `warning` at the best: see [rats-api.md](rats-api.md).\n");
        text.Append("\n## What a faultless VM on a faultless host starts with\n\n");
        Table(text, TrustMapping.VmBase);
        text.Append("""

            A VM that was asked about and does not run starts with 0 everywhere: it is never affirmed.

            ## What each finding does

            *a -> b* withdraws: only a claim that has the value a gets b, and only on the part that the finding is about. *Sticky* findings keep a host untrusted
            until its TPM is reset.

            | finding | severity | claims | because of | threat rows |
            |---|---|---|---|---|

            """);
        foreach (var kind in FindingCatalogue.All)
        {
            var effects = kind.Effects.Count == TrustMapping.HostBase.Count ? "all 99" : string.Join(", ", kind.Effects.Select(effect =>
                $"{ClaimText.NameOf(effect.Claim)} {(effect.Only is { } only ? $"{only} -> " : "")}{effect.Value}"));
            text.Append("| `").Append(kind.Text).Append("` | ").Append(kind.Severity.ToString().ToLowerInvariant()).Append(kind.Sticky ? ", sticky" : "").Append(" | ")
                .Append(effects).Append(" | ").Append(kind.Clause).Append(" | ").Append(kind.ThreatRows).Append(" |\n");
        }

        return text.ToString();
    }

    private static void Table(StringBuilder text, IReadOnlyList<BaseValue> rows)
    {
        text.Append("| claim | value | reason |\n|---|---|---|\n");
        foreach (var row in rows)
        {
            text.Append("| ").Append(ClaimText.NameOf(row.Claim)).Append(" | ").Append(row.Value).Append(" | ").Append(row.Reason).Append(" |\n");
        }
    }
}
