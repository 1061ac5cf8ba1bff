using Shype.Attest.Appraisal;
using Shype.Attest.Measurement;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>What a quote by stock tools proves, and that it never says more.</summary>
public sealed class ToolEvidenceTests
{
    private static readonly byte[] Nonce = "a session's own nonce"u8.ToArray();
    private static readonly int[] Boot = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

    [Fact]
    public void A_faultless_quote_is_a_warning_that_says_what_it_is_silent_about()
    {
        var verdict = Appraise(VirtualHost.Boot(Bare));
        Assert.Equal(TrustTier.Warning, verdict.Host.Status);
        Assert.Equal(["agent-log-not-shown", "not-evaluated", "not-evaluated", "not-evaluated", "not-evaluated"], verdict.Host.Findings.Select(finding => finding.Kind.Text));
        Assert.Equal(["VMs", "hypervisor", "measurement log", "policy"], verdict.Host.Findings.Skip(1).Select(finding => finding.Subject));
        Assert.Equal((2, 36, 0, 2), (verdict.Host.Vector.InstanceIdentity, verdict.Host.Vector.Configuration, verdict.Host.Vector.Executables, verdict.Host.Vector.Hardware));
        Assert.True(verdict.IsFresh);
        Assert.Empty(verdict.Vms);
        var result = verdict.ToResult(new() { Verifier = new VerifierId { Developer = "x", Build = "x" }, IssuedAt = DateTimeOffset.UnixEpoch, Lifetime = TimeSpan.FromMinutes(1) });
        Assert.Equal(["host"], result.Submods.Keys);
        Assert.Equal("missing", result.Submods["host"].Boot!.Link);
    }

    [Theory]
    [InlineData("another nonce", FindingCode.NonceMismatch)]
    [InlineData("a host that binds it as an agent does", FindingCode.NonceMismatch)]
    [InlineData("fewer PCRs", FindingCode.PcrsNotCovered)]
    [InlineData("more PCRs", FindingCode.PcrSelectionNotAsAsked)]
    [InlineData("no firmware log", FindingCode.FirmwareLogMissing)]
    [InlineData("a PCR that the log does not explain", FindingCode.LogDigestMismatch)]
    [InlineData("another key", FindingCode.QuoteSignatureInvalid)]
    [InlineData("another session's nonce", FindingCode.ChallengeNotOurs)]
    public void A_fault_is_found(string fault, FindingCode code)
    {
        var host = VirtualHost.Boot(Bare);
        if (fault == "a PCR that the log does not explain")
        {
            host.Tpm.Extend(new PcrIndex(8), [new(AlgorithmId.Sha256, new byte[32])]);
        }

        var verdict = Appraise(host, fault switch
        {
            "another nonce" => spec => spec with { ExtraData = [1, 2, 3] },
            "a host that binds it as an agent does" => spec => spec with { ExtraData = EvidenceBinding.QualifyingData(Nonce, host.Id) },
            "another key" => spec => spec with { Signer = new VirtualAk(AkKind.EcdsaP256) },
            _ => null,
        }, fault switch
        {
            "fewer PCRs" => Boot[..9],
            "more PCRs" => [.. Boot, 11],
            _ => Boot,
        }, fault switch
        {
            "no firmware log" => evidence => evidence with { FirmwareLog = null },
            "another session's nonce" => evidence => evidence with { ChallengeNonce = new byte[32] },
            _ => null,
        });
        Assert.Equal(TrustTier.Contraindicated, verdict.Host.Status);
        Assert.Contains(verdict.Host.Findings, finding => finding.Code == code);
        Assert.True(verdict.Host.Vector.Executables is not (2 or 3));
    }

    [Fact]
    public void R06_the_same_quote_again_is_a_replay_and_an_agents_log_that_is_known_stays_known()
    {
        var host = VirtualHost.Boot();
        var verifier = new VirtualVerifier(host);
        Assert.Equal(TrustTier.Affirming, verifier.Ask().Host.Status);
        var evidence = Quote(host);
        var context = verifier.Context(evidence) with { NonceProblem = ChallengeNonceProblem.None, ExpectedNonce = Nonce };
        var first = Appraiser.Appraise(evidence, context);
        Assert.Equal(TrustTier.Warning, first.Host.Status);
        var again = Appraiser.Appraise(evidence, context with { Memory = first.Memory });
        Assert.Contains(again.Host.Findings, finding => finding.Code == FindingCode.QuoteReplayed);
        verifier.Memory = first.Memory;
        Assert.Equal(TrustTier.Affirming, verifier.Ask().Host.Status);
    }

    [Fact]
    public void A_failure_that_stuck_is_seen_by_both_kinds()
    {
        var host = VirtualHost.Boot(spec => spec with { Vms = [VirtualVms.Web] });
        var verifier = new VirtualVerifier(host);
        var evidence = host.Answer(verifier.Challenge());
        host.Tpm.Extend(new PcrIndex(11), [new(AlgorithmId.Sha256, new byte[32])]);
        var failed = verifier.Ask();
        Assert.Equal(TrustTier.Contraindicated, failed.Host.Status);
        var tools = Quote(host);
        var verdict = Appraiser.Appraise(tools, verifier.Context(tools) with { NonceProblem = ChallengeNonceProblem.None, Memory = failed.Memory });
        Assert.Contains(verdict.Host.Findings, finding => finding.Code == FindingCode.EarlierFailureInThisBoot);
        Assert.NotNull(evidence);
    }

    private static HostSpec Bare(HostSpec spec) => spec with { Hypervisor = null, Vms = [] };

    private static Shype.Attest.Appraisal.Appraisal Appraise(
        VirtualHost host, Func<QuoteSpec, QuoteSpec>? change = null, int[]? pcrs = null, Func<Evidence, Evidence>? edit = null)
    {
        var evidence = Quote(host, change, pcrs);
        evidence = edit?.Invoke(evidence) ?? evidence;
        return Appraiser.Appraise(evidence, new VirtualVerifier(host).Context(evidence) with { NonceProblem = ChallengeNonceProblem.None, ExpectedNonce = Nonce });
    }

    private static Evidence Quote(VirtualHost host, Func<QuoteSpec, QuoteSpec>? change = null, int[]? pcrs = null)
    {
        var (attest, signature) = host.Tpm.Quote(Nonce, new PcrSelectionList([PcrSelection.Of(AlgorithmId.Sha256, pcrs ?? Boot)]), change);
        return new Evidence
        {
            Origin = EvidenceOrigin.Tools, ChallengeNonce = Nonce, QuoteAttest = attest, QuoteSignature = signature, AkName = host.Tpm.Ak.Name.Bytes, FirmwareLog = host.FirmwareLog,
        };
    }
}
