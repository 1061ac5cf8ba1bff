using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>Evidence that one verifier took in, appraised again by another from what the first one left in the store.</summary>
public sealed class AppraiseAgainTests
{
    private readonly VirtualHost _host = VirtualHost.Boot();
    private readonly VirtualVerifier _verifier;

    public AppraiseAgainTests() => _verifier = new VirtualVerifier(_host);

    [Theory]
    [InlineData("first", true)]
    [InlineData("nothing new", true)]
    [InlineData("new records", true)]
    [InlineData("unknown image", true)]
    [InlineData("new boot", true)]
    [InlineData("conflict", false)]
    [InlineData("log lost", false)]
    [InlineData("log malformed", false)]
    [InlineData("failed before", false)]
    public void The_verdict_is_the_same(string what, bool isGood)
    {
        if (what is not ("first" or "failed before"))
        {
            _verifier.Ask();
        }

        Prepare(what);
        var evidence = Spoil(what, _host.Answer(_verifier.Challenge()));
        var first = _verifier.Appraise(evidence);
        Assert.True(first.IsFresh);
        Assert.Equal(isGood, !first.Host.Findings.Any(finding => finding.IsFailure));
        _verifier.Restart();
        var again = Again(evidence, first);

        Assert.Equal((true, first.IsProven), (again.IsFresh, again.IsProven));
        Assert.Equal(Text(first, evidence), Text(again, evidence));
        Assert.Equal(_verifier.Memory!.Encode(), again.Memory!.Encode());
    }

    [Fact]
    public void Q07_what_was_not_accepted_last_is_a_replay_here_as_well()
    {
        var old = _host.Answer(_verifier.Challenge());
        var first = _verifier.Appraise(old);
        _verifier.Ask();
        var again = Again(old, first);
        Assert.False(again.IsFresh);
        Assert.Contains(FindingCode.ClockWentBackwards, again.Findings.Select(finding => finding.Code));
    }

    [Fact]
    public void Q01_that_it_was_accepted_is_not_believed()
    {
        var evidence = _host.Answer(_verifier.Challenge());
        var first = _verifier.Appraise(evidence);
        var signature = evidence.QuoteSignature.ToArray();
        signature[^1] ^= 1;
        var forged = evidence with { QuoteSignature = signature };
        Assert.Contains(FindingCode.QuoteSignatureInvalid, Again(forged, first).Findings.Select(finding => finding.Code));
        var other = _host.Answer(_verifier.Challenge());
        var swapped = other with { QuoteAttest = evidence.QuoteAttest, QuoteSignature = evidence.QuoteSignature };
        Assert.False(Again(swapped, first).IsFresh);
    }

    private Shype.Attest.Appraisal.Appraisal Again(Evidence evidence, Shype.Attest.Appraisal.Appraisal first) =>
        Appraiser.AppraiseAgain(evidence, new(first.KnownRecords, first.KnownImaBytes), _verifier.Context(evidence));

    private void Prepare(string what)
    {
        switch (what)
        {
            case "new records" or "log malformed":
                _host.Start(VirtualVms.BankA);
                break;
            case "conflict":
                _host.Start(VirtualVms.BankA);
                _host.Start(VirtualVms.BankB);
                break;
            case "unknown image":
                _host.Start(VirtualVms.Of(99, "other", "Shop.Web"));
                break;
            case "new boot":
                _host.Reboot();
                break;
            case "failed before":
                _verifier.AskWith(evidence => evidence with { Log = LogSuffix.Empty });
                break;
        }
    }

    private static Evidence Spoil(string what, Evidence evidence) => what switch
    {
        "log lost" => evidence with { Log = LogSuffix.Empty },
        "log malformed" => evidence with { Log = evidence.Log with { Records = evidence.Log.Records[..^1] } },
        _ => evidence,
    };

    private static string Text(Shype.Attest.Appraisal.Appraisal appraisal, Evidence evidence) => System.Text.Json.JsonSerializer.Serialize(
        appraisal.ToResult(new ResultRequest
        {
            Verifier = new VerifierId { Developer = "x", Build = "x" },
            IssuedAt = DateTimeOffset.UnixEpoch,
            Lifetime = TimeSpan.FromMinutes(1),
            Issuer = "x",
            Nonce = "x",
            EvidenceDigest = Evidence.Digest(evidence.Encode()),
        }));
}
