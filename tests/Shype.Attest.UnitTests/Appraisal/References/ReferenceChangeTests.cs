using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal.References;

/// <summary>What differs between documents, and what a measured host proposes.</summary>
public sealed class ReferenceChangeTests
{
    private static readonly ReferenceDocument Document = VirtualReferences.Document;

    [Fact]
    public void Nothing_differs_from_itself() => Assert.Empty(ReferenceDiff.Between(Document, Document));

    [Fact]
    public void A_change_is_told_by_entry_and_member()
    {
        var evil = SampleLog.Digest("evil");
        var after = Document with
        {
            Vms = [.. Document.Vms.Skip(1), Document.Vms[0] with { Kernel = evil }],
            Agents = [],
            Pcrs = [new() { Name = "board", Pcr = 0, Digests = [evil] }],
            DemandedPcrs = [4],
        };
        var changes = ReferenceDiff.Between(Document, after);
        Assert.Equal(["Removed agents/the agent of the tests", "Changed vms/web", "Added pcrs/board", "Added demandedPcrs/4"],
            changes.Select(change => $"{change.Kind} {change.Section}/{change.Name}"));
        Assert.Equal([$"kernel: {Document.Vms[0].Kernel} -> {evil}"], changes[1].Lines);
        Assert.Contains($"digests[0]: {evil}", changes[2].Lines);
    }

    [Fact]
    public void A_proven_host_proposes_exactly_what_would_affirm_it()
    {
        var host = VirtualHost.Boot();
        var verifier = new VirtualVerifier(host) { References = ReferenceSet.Empty };
        verifier.Keep(VirtualPolicies.Banks);
        Assert.NotEqual(TrustTier.Affirming, verifier.Ask().Host.Status);
        var proposal = MeasuredReferences.Of(verifier.Memory!, "rack-1")!;
        Assert.Equal($"captured from rack-1, boot {host.BootId}", proposal.Description);

        verifier.References = ReferenceSet.TryCreate(ProposedReferences.Join(ReferenceSet.Empty.Document, ReferenceSet.Empty.Document, proposal), out var set, out _) ? set : null!;
        var verdict = verifier.Ask();
        Assert.Equal(TrustTier.Affirming, verdict.Host.Status);
        Assert.All(verdict.Vms, vm => Assert.Empty(vm.Findings));
    }

    [Fact]
    public void A_captured_VM_takes_the_place_of_its_entry_and_what_is_known_is_not_repeated()
    {
        var web = VirtualReferences.Of(VirtualVms.Web);
        var proposal = Document with { Vms = [web with { Kernel = SampleLog.Digest("new") }], Hypervisors = [Document.Hypervisors[0] with { Name = "another name" }] };
        var joined = ProposedReferences.Join(Document, Document, proposal);
        Assert.Single(joined.Hypervisors);
        Assert.Equal(Document.Vms.Count, joined.Vms.Count);
        Assert.Equal(SampleLog.Digest("new"), Assert.Single(joined.Vms, vm => vm.Name == "web").Kernel);
        Assert.Empty(ReferenceDiff.Between(Document, ProposedReferences.Join(Document, Document, Document)));
    }

    [Theory]
    [InlineData(FindingCode.QuoteSignatureInvalid, true)]
    [InlineData(FindingCode.LogDigestMismatch, true)]
    [InlineData(FindingCode.NotEvaluated, true)]
    [InlineData(FindingCode.GapInMeasurements, true)]
    [InlineData(FindingCode.ConflictViolated, true)]
    [InlineData(FindingCode.EarlierFailureInThisBoot, true)]
    [InlineData(FindingCode.HypervisorUnknown, false)]
    [InlineData(FindingCode.VmNotReferenced, false)]
    [InlineData(FindingCode.ReferenceExpired, false)]
    [InlineData(FindingCode.HypervisorLinkMissing, false)]
    public void Only_findings_that_references_can_answer_leave_a_host_to_be_captured(FindingCode code, bool forbids)
    {
        var kind = FindingCatalogue.KindOf(code);
        Assert.Equal(forbids, MeasuredReferences.Forbids(new() { Code = kind.Text, Severity = "failure", Subject = "host", Text = "" }));
        Assert.True(MeasuredReferences.Forbids(new() { Code = "a-code-of-the-future", Severity = "information", Subject = "host", Text = "" }));
    }

    [Theory]
    [InlineData("""{"format": 1, "pcrs": [{"name": "b", "pcr": 24, "digests": []}]}""", "$.pcrs[0].pcr")]
    [InlineData("""{"format": 1, "pcrs": [{"name": "b", "pcr": 0, "digests": []}]}""", "$.pcrs[0].digests")]
    [InlineData("""{"format": 1, "pcrs": [{"name": "b", "pcr": 0, "digests": ["fs-verity:0000000000000000000000000000000000000000000000000000000000000000"]}]}""", "$.pcrs[0].digests[0]")]
    [InlineData("""{"format": 1, "demandedPcrs": [0, -1]}""", "$.demandedPcrs[1]")]
    public void A_bad_PCR_reference_is_refused_by_its_member(string json, string member)
    {
        Assert.False(ReferenceSet.TryRead(System.Text.Encoding.UTF8.GetBytes(json), out _, out var problem));
        Assert.Contains(member, problem.ToString(), StringComparison.Ordinal);
    }
}
