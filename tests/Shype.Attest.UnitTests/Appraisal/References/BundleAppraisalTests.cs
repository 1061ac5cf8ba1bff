using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal.References;

/// <summary>Threat row V18: references that do not count now, and PCRs that must have one of their values.</summary>
public sealed class BundleAppraisalTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<Attack> Attacks => [.. All];

    internal static IReadOnlyList<Attack> All { get; } =
    [
        Known("V18 all references expired", FindingCode.ReferenceExpired, bundle => bundle with { NotAfter = Now.AddSeconds(-1) }),
        Known("V18 references of tomorrow", FindingCode.ReferenceNotYetValid, bundle => bundle with { NotBefore = Now.AddSeconds(1), NotAfter = Now.AddDays(1) }),
        Known("V18 references taken back", FindingCode.ReferenceRevoked, bundle => bundle with { RevokedBecause = "removed" }),
        Expired("V18 hypervisor only in expired references", document => document with { Hypervisors = [] }),
        Expired("V18 agent only in expired references", document => document with { Agents = [] }),
        Expired("V18 policy only in expired references", document => document with { Policies = [] }),
        Expired("V18 VM only in expired references", document => document with { Vms = [.. document.Vms.Where(vm => vm.Name != "web")] }),
        Expired("V18 VM with another image in the references in force", document => document with
        {
            Vms = [.. document.Vms.Select(vm => vm.Name == "web" ? vm with { Kernel = SampleLog.Digest("new kernel") } : vm)],
        }),
        Pcrs("V18 PCR without any reference", document => document with { DemandedPcrs = [7] }),
        Pcrs("V18 PCR with another value", document => document with { DemandedPcrs = [7], Pcrs = [Pcr(7, new(MeasuredDigest.Sha256, new byte[32]))] }),
        Pcrs("V18 PCR with the right value of another PCR", document => document with { DemandedPcrs = [7], Pcrs = [Pcr(7, Value(0)), Pcr(0, Value(7))] }),
        Pcrs("V18 PCR with a value of a bank that is not quoted", document => document with { DemandedPcrs = [7], Pcrs = [Pcr(7, new(MeasuredDigest.Sha384, new byte[48]))] }),
        Pcrs("V18 PCR that is not quoted", document => document with { DemandedPcrs = [23], Pcrs = [Pcr(23, new(MeasuredDigest.Sha256, new byte[32]))] }),
    ];

    [Theory]
    [MemberData(nameof(Attacks))]
    public void An_attack_is_refused_with_its_reason(Attack attack) => attack.Check();

    [Fact]
    public void A_PCR_with_one_of_the_values_is_good_by_rule_and_by_reference()
    {
        var host = VirtualHost.Boot();
        var verifier = new VirtualVerifier(host)
        {
            References = VirtualReferences.With(document => document with
            {
                DemandedPcrs = [7], Pcrs = [Pcr(7, new(MeasuredDigest.Sha256, new byte[32])), Pcr(7, Value(7)), Pcr(0, Value(0))],
            }),
            Rules = AppraisalRules.Default with { ReferencedPcrs = [0, 7] },
        };
        Assert.Equal(TrustTier.Affirming, verifier.Ask().Host.Status);

        verifier.Rules = AppraisalRules.Default with { ReferencedPcrs = [4] };
        var finding = Assert.Single(verifier.Ask().Findings, finding => finding.Code == FindingCode.PcrNotReferenced);
        Assert.Equal(("pcr/4", Value(4).ToString()), (finding.Subject, finding.Found));
    }

    [Fact]
    public void A_refusal_names_the_bundle_and_what_was_found()
    {
        var verifier = new VirtualVerifier(VirtualHost.Boot()) { References = InForce(VirtualBundles.Bundle with { NotAfter = Now.AddSeconds(-1) }) };
        var findings = verifier.Ask().Findings.Where(finding => finding.Code == FindingCode.ReferenceExpired).ToList();
        Assert.Equal(["agent", "hypervisor", "policy", "vm/db", "vm/web"], findings.Select(finding => finding.Subject).Distinct().Order(StringComparer.Ordinal));
        Assert.All(findings, finding => Assert.Contains("bundle 'fleet' 7 expired on 2026-06-01 11:59:59Z", finding.Text, StringComparison.Ordinal));
        Assert.Contains(new HostSpec().Hypervisor!.ImageDigest.ToString(), findings.Select(finding => finding.Found));
        Assert.DoesNotContain(verifier.Ask().Findings, finding => finding.Code is FindingCode.HypervisorUnknown or FindingCode.PolicyUnknown or FindingCode.VmNotReferenced);
    }

    [Fact]
    public void What_nobody_ever_called_good_is_unknown_whatever_has_expired()
    {
        var host = VirtualHost.Boot(spec => spec with { Hypervisor = spec.Hypervisor! with { ImageDigest = SampleLog.Digest("evil") } });
        var verifier = new VirtualVerifier(host) { References = InForce(VirtualBundles.Bundle with { NotAfter = Now.AddSeconds(-1) }) };
        Assert.Contains(verifier.Ask().Findings, finding => finding.Code == FindingCode.HypervisorUnknown);
    }

    [Fact]
    public void R21_a_bundle_counts_from_its_first_to_the_end_of_its_last_second()
    {
        var bundle = VirtualBundles.Bundle with { NotBefore = Now, NotAfter = Now.AddSeconds(10) };
        Assert.Equal(BundleStanding.NotYetValid, bundle.StandingAt(Now.AddTicks(-1)));
        Assert.Equal(BundleStanding.InForce, bundle.StandingAt(Now));
        Assert.Equal(BundleStanding.InForce, bundle.StandingAt(Now.AddSeconds(11).AddTicks(-1)));
        Assert.Equal(BundleStanding.Expired, bundle.StandingAt(Now.AddSeconds(11)));
        Assert.Equal(BundleStanding.InForce, (bundle with { NotAfter = DateTimeOffset.MaxValue }).StandingAt(Now));
        Assert.Equal(BundleStanding.Revoked, (bundle with { RevokedBecause = "removed" }).StandingAt(Now));
    }

    [Fact]
    public void What_counts_lasts_exactly_until_the_next_edge()
    {
        var bundle = VirtualBundles.Bundle with { NotBefore = Now, NotAfter = Now.AddSeconds(10) };
        var before = EffectiveReferences.At([bundle], Now.AddSeconds(-5));
        Assert.Equal((DateTimeOffset.MinValue, Now), (before.From, before.Until));
        Assert.Equal(0, before.Set.Count);
        var during = EffectiveReferences.At([bundle], Now.AddSeconds(5));
        Assert.Equal((Now, Now.AddSeconds(11)), (during.From, during.Until));
        Assert.True(during.Set.Count > 0);
        Assert.False(during.IsOf(Now.AddTicks(-1)));
        Assert.True(during.IsOf(Now.AddSeconds(11).AddTicks(-1)));
        Assert.False(during.IsOf(Now.AddSeconds(11)));
        Assert.Equal(DateTimeOffset.MaxValue, EffectiveReferences.At([bundle], Now.AddSeconds(11)).Until);
    }

    [Fact]
    public void A_union_loses_no_list_of_any_document()
    {
        var full = VirtualReferences.Document with { FlaskPolicies = [new() { Name = "xen", FileDigest = SampleLog.Digest("xenpolicy") }], Pcrs = [Pcr(0, Value(0))], DemandedPcrs = [7] };
        var lists = typeof(ReferenceDocument).GetProperties().Where(property => property.PropertyType.IsGenericType).ToList();
        // A list that the format gets must be put into "full" and into the union.
        Assert.All(lists, list => Assert.NotEmpty((System.Collections.IEnumerable)list.GetValue(full)!));
        var one = VirtualReferences.With(_ => full);
        var other = VirtualReferences.With(_ => new() { Format = 1, Agents = [new() { Name = "other", Digest = SampleLog.Digest("other agent") }], DemandedPcrs = [0, 7] });
        var union = EffectiveReferences.At([VirtualBundles.Bundle with { Content = other }, VirtualBundles.Bundle with { Content = one }], Now).Set.Document;
        Assert.All(lists, list => Assert.NotEmpty((System.Collections.IEnumerable)list.GetValue(union)!));
        Assert.Equal(2, union.Agents.Count);
        Assert.Equal([0, 7], union.DemandedPcrs);
    }

    private static Attack Known(string name, FindingCode code, Func<ReferenceBundle, ReferenceBundle> change) => new(name, code, (_, verifier) =>
    {
        verifier.References = InForce(change(VirtualBundles.Bundle));
        return verifier.Ask();
    });

    // Everything but one thing is in force; that is in a bundle that has expired.
    private static Attack Expired(string name, Func<ReferenceDocument, ReferenceDocument> inForce) => new(name, FindingCode.ReferenceExpired, (_, verifier) =>
    {
        verifier.References = InForce(
            VirtualBundles.Bundle with { Name = "old", NotAfter = Now.AddSeconds(-1) }, VirtualBundles.Bundle with { Content = VirtualReferences.With(inForce) });
        var verdict = verifier.Ask();
        Assert.Single(verdict.Findings, finding => finding.Code == FindingCode.ReferenceExpired);
        return verdict;
    });

    private static Attack Pcrs(string name, Func<ReferenceDocument, ReferenceDocument> change) => new(name, FindingCode.PcrNotReferenced, (_, verifier) =>
    {
        verifier.References = VirtualReferences.With(change);
        return verifier.Ask();
    });

    private static ReferenceSet InForce(params ReferenceBundle[] bundles) => EffectiveReferences.At(bundles, Now).Set;

    private static PcrReference Pcr(int pcr, MeasuredDigest value) => new() { Name = "the firmware of the tests", Pcr = pcr, Digests = [value] };

    private static MeasuredDigest Value(int pcr) =>
        new(MeasuredDigest.Sha256, VirtualHost.Boot().Tpm.Banks.First(bank => bank.Algorithm == AlgorithmId.Sha256)[new(pcr)]);
}
