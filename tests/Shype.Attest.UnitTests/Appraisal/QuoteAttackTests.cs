using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>Threat rows Q and K07, A19: a valid answer minus one thing, and the reason that its refusal must give.</summary>
public sealed class QuoteAttackTests
{
    private static readonly TpmName SomeName = VirtualAk.Of(AkKind.EcdsaP384).Name;

    public static TheoryData<Attack> Attacks => [.. All];

    internal static IReadOnlyList<Attack> All { get; } =
    [
        Quote("Q01 one byte of attest changed", FindingCode.QuoteSignatureInvalid, evidence => evidence with { QuoteAttest = Flip(evidence.QuoteAttest, 60) }),
        Quote("Q02 one byte of signature changed", FindingCode.QuoteSignatureInvalid, evidence => evidence with { QuoteSignature = Flip(evidence.QuoteSignature, 40) }),
        Signed("Q03 trailing byte in attest", FindingCode.QuoteMalformed, quote => quote with { Attest = bytes => [.. bytes, 0] }),
        Signed("Q03 attest cut", FindingCode.QuoteMalformed, quote => quote with { Attest = bytes => bytes[..^1] }),
        Quote("Q03 trailing byte in signature", FindingCode.QuoteSignatureMalformed, evidence => evidence with { QuoteSignature = new([.. evidence.QuoteSignature.Span, 0]) }),
        Quote("Q03 empty signature", FindingCode.QuoteSignatureMalformed, evidence => evidence with { QuoteSignature = default }),
        Signed("Q04 not made by a TPM", FindingCode.QuoteNotMadeByTpm, quote => quote with { Magic = 0xff54_4348 }),
        Signed("Q05 certify instead of quote", FindingCode.QuoteWrongType,
            quote => quote with { Type = StructureTag.AttestCertify, Body = new CertifyBody(SomeName, SomeName) }),
        Signed("Q05 time instead of quote", FindingCode.QuoteWrongType,
            quote => quote with { Type = StructureTag.AttestTime, Body = new TimeBody(1, quote.Clock, 1) }),
        Signed("Q05 NV contents instead of quote", FindingCode.QuoteWrongType,
            quote => quote with { Type = StructureTag.AttestNv, Body = new NvBody(SomeName, 0, [1, 2, 3]) }),
        Signed("Q05 creation instead of quote", FindingCode.QuoteWrongType,
            quote => quote with { Type = StructureTag.AttestCreation, Body = new CreationBody(SomeName, new byte[32]) }),
        Signed("Q05 session audit instead of quote", FindingCode.QuoteWrongType,
            quote => quote with { Type = StructureTag.AttestSessionAudit, Body = new SessionAuditBody(true, new byte[32]) }),
        Signed("Q06 nonce of another challenge", FindingCode.NonceMismatch, quote => quote with { ExtraData = [.. quote.ExtraData.Reverse()] }),
        Signed("Q06 empty nonce", FindingCode.NonceMismatch, quote => quote with { ExtraData = [] }),
        Signed("Q06 nonce prefix", FindingCode.NonceMismatch, quote => quote with { ExtraData = quote.ExtraData[..16] }),
        Signed("Q06 longer nonce", FindingCode.NonceMismatch, quote => quote with { ExtraData = [.. quote.ExtraData, 0] }),
        Quote("Q06 challenge of nobody", FindingCode.ChallengeNotOurs, evidence => evidence with { ChallengeNonce = new byte[ChallengeNonce.Size] }),
        new("Q06 answered too late", FindingCode.ChallengeExpired, (host, verifier) =>
        {
            var evidence = host.Answer(verifier.Challenge());
            verifier.Now = verifier.Now.AddSeconds(61);
            return verifier.Appraise(evidence);
        }),
        new("Q06 not the challenge that was sent", FindingCode.ChallengeNotOurs, (host, verifier) =>
            verifier.Appraise(host.Answer(verifier.Challenge()), context => context with { ExpectedNonce = verifier.Challenge().Nonce })),
        new("Q06 quote of another host", FindingCode.NonceMismatch, (host, verifier) =>
            verifier.Appraise(host.Answer(verifier.Challenge()), context => context with { HostId = "host-0002" })),
        new("Q07 same evidence twice", FindingCode.QuoteReplayed, (host, verifier) =>
        {
            var evidence = host.Answer(verifier.Challenge());
            verifier.Appraise(evidence);
            return verifier.Appraise(evidence);
        }),
        new("Q08 older quote of the same boot", FindingCode.ClockWentBackwards, (host, verifier) =>
        {
            var older = host.Answer(verifier.Challenge());
            verifier.Ask();
            return verifier.Appraise(older);
        }),
        new("Q09 quote of an earlier boot", FindingCode.BootWentBackwards, (host, verifier) =>
        {
            var older = host.Answer(verifier.Challenge());
            host.Reboot();
            verifier.Ask();
            return verifier.Appraise(older);
        }),
        new("Q09 restart count lower", FindingCode.BootWentBackwards, (host, verifier) =>
        {
            verifier.Ask(quote => quote with { Clock = quote.Clock with { RestartCount = 3 } });
            return verifier.Ask(quote => quote with { Clock = quote.Clock with { RestartCount = 2 } });
        }),
        new("Q10 safe is NO where it is demanded", FindingCode.ClockNotSafe, (host, verifier) =>
        {
            verifier.Rules = new() { DemandSafeClock = true };
            return verifier.Ask(quote => quote with { Clock = quote.Clock with { Safe = false } });
        }),
        Signed("Q11 empty selection", FindingCode.PcrsNotCovered, quote => quote with { Selections = new([]) }),
        Signed("Q11 fewer PCRs than asked", FindingCode.PcrsNotCovered, quote => quote with { Selections = PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0, 1, 11)) }),
        new("Q11 nothing was asked", FindingCode.PcrsNotCovered, (host, verifier) =>
        {
            verifier.Pcrs = [];
            return verifier.Ask();
        }),
        Signed("Q12 same bank twice", FindingCode.BankDuplicated, quote => quote with
        {
            Selections = PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0, 1, 2, 3, 16), PcrSelection.Of(AlgorithmId.Sha256, 4, 5, 6, 7, 8, 9, 11, 12, 13)),
        }),
        Signed("Q13 more PCRs than asked", FindingCode.PcrSelectionNotAsAsked,
            quote => quote with { Selections = PcrSelectionList.Of(quote.Selections.Selections[0] with { Mask = quote.Selections.Selections[0].Mask | (1u << 14) }) }),
        Signed("Q13 two bytes", FindingCode.PcrSelectionMalformed, quote => quote with { Selections = PcrSelectionList.Of(new PcrSelection(AlgorithmId.Sha256, 0x3bff, 2)) }),
        Signed("Q13 bit above 23", FindingCode.PcrSelectionMalformed, quote => quote with
        {
            Selections = PcrSelectionList.Of(new PcrSelection(AlgorithmId.Sha256, 0x3bff | (1u << 24), 4)), Body = new QuoteBody(PcrSelectionList.Of(new PcrSelection(AlgorithmId.Sha256, 0x3bff | (1u << 24), 4)), new byte[32]),
        }),
        new("Q14 bank that firmware never capped", FindingCode.BankNotCapped, Uncapped(firmware: [])),
        new("Q14 bank that firmware never capped, log of another bank", FindingCode.BankNotCapped, (_, _) =>
        {
            var host = VirtualHost.Boot(spec => spec with { Banks = [AlgorithmId.Sha1, AlgorithmId.Sha256], FirmwareBanks = [AlgorithmId.Sha1], LogBanks = [AlgorithmId.Sha256] });
            return new VirtualVerifier(host).Ask();
        }),
        new("Q15 SHA-1 bank", FindingCode.BankNotAllowed, (_, _) =>
        {
            var host = VirtualHost.Boot(spec => spec with { Banks = [AlgorithmId.Sha1], LogBanks = [AlgorithmId.Sha256] });
            return new VirtualVerifier(host) { Pcrs = [new("sha1", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13])] }.Ask();
        }),
        Signed("Q15 SHA-1 signature", FindingCode.QuoteAlgorithmNotAllowed, quote => quote with { SignatureHash = AlgorithmId.Sha1 }),
        Signed("Q15 another hash than the key's", FindingCode.QuoteAlgorithmNotAllowed, quote => quote with { SignatureHash = AlgorithmId.Sha384 }),
        Signed("Q16 digest by another hash", FindingCode.LogDigestMismatch, quote => quote with { DigestHash = AlgorithmId.Sha384 }),
        Quote("Q17 PCR values beside the quote differ", FindingCode.PcrValuesMismatch,
            evidence => evidence with { PcrValues = [.. evidence.PcrValues.Select(value => value.Pcr == 12 ? value with { Value = new byte[32] } : value)] }),
        new("Q18 resettable PCR as a claim", FindingCode.PcrNotTrusted, (host, verifier) =>
        {
            verifier.Pcrs = [new("sha256", [0, 11, 16])];
            return verifier.Ask();
        }),
        Signed("Q19 RSA signature, elliptic key", FindingCode.QuoteKeyMismatch, quote => quote with { Signer = VirtualAk.Of(AkKind.RsaSsa) }),
        new("Q19 elliptic signature, RSA key", FindingCode.QuoteKeyMismatch, (_, _) =>
            new VirtualVerifier(VirtualHost.Boot(AkKind.RsaPss)).Ask(quote => quote with { Signer = VirtualAk.Of(AkKind.EcdsaP256) })),
        Quote("Q20 r = 0", FindingCode.QuoteSignatureInvalid,
            evidence => evidence with { QuoteSignature = TpmWire.ToBytes<Signature>(new EcdsaSignature(AlgorithmId.Sha256, [0], new byte[32])) }),
        Quote("Q20 a scheme that is only named", FindingCode.QuoteAlgorithmNotAllowed,
            evidence => evidence with { QuoteSignature = TpmWire.ToBytes<Signature>(new OtherSignature(AlgorithmId.EcSchnorr, [0, 11, 0, 1, 1, 0, 1, 1])) }),
        new("Q23 firmware changed without a reboot", FindingCode.FirmwareVersionChanged, (host, verifier) =>
        {
            verifier.Ask();
            host.Tpm.FirmwareVersion++;
            return verifier.Ask();
        }),
        new("Q23 firmware below the minimum", FindingCode.FirmwareVersionTooLow, (host, verifier) =>
        {
            verifier.Rules = new() { MinimumFirmwareVersion = host.Tpm.FirmwareVersion + 1 };
            return verifier.Ask();
        }),
        new("K07 key under another parent", FindingCode.SignerChanged, (host, verifier) =>
        {
            verifier.Ask();
            return verifier.Ask(quote => quote with { QualifiedSigner = SomeName });
        }),
        Quote("A19 names the key of another host", FindingCode.QuoteSignerMismatch, evidence => evidence with { AkName = SomeName.Bytes }),
        Signed("K03 signed by another key", FindingCode.QuoteSignatureInvalid, quote => quote with { Signer = new VirtualAk(AkKind.EcdsaP256) }),
    ];

    [Theory]
    [MemberData(nameof(Attacks))]
    public void An_attack_is_refused_with_its_reason(Attack attack) => attack.Check();

    [Fact]
    public void What_follows_from_an_unverified_quote_is_not_evaluated()
    {
        var verdict = new VirtualVerifier(VirtualHost.Boot()).Ask(quote => quote with { Magic = 0 });
        Assert.Contains(verdict.Findings, finding => finding is { Code: FindingCode.NotEvaluated, Subject: "measurement log" });
        Assert.Empty(verdict.Vms);
        Assert.Null(verdict.Memory);
        Assert.Equal(TrustVector.All(99), verdict.Host.Vector);
    }

    [Fact]
    public void Every_failed_check_is_listed()
    {
        var host = VirtualHost.Boot();
        var verifier = new VirtualVerifier(host) { Rules = new() { MinimumFirmwareVersion = ulong.MaxValue, DemandSafeClock = true } };
        var evidence = host.Answer(verifier.Challenge(), quote => quote with
        {
            ExtraData = [1], Clock = quote.Clock with { Safe = false }, Selections = new([]),
        });
        verifier.Now = verifier.Now.AddHours(1);
        var codes = verifier.Appraise(evidence with { AkName = SomeName.Bytes }).Findings.Select(finding => finding.Code).Distinct();
        Assert.Equal(
            [
                FindingCode.ChallengeExpired, FindingCode.QuoteSignerMismatch, FindingCode.NonceMismatch, FindingCode.FirmwareVersionTooLow,
                FindingCode.PcrsNotCovered, FindingCode.ClockNotSafe, FindingCode.NotEvaluated,
            ],
            codes);
    }

    [Fact]
    public void A_counter_that_passes_two_to_the_32_went_on()
    {
        var host = VirtualHost.Boot();
        var verifier = new VirtualVerifier(host);
        host.Tpm.Clock = host.Tpm.Clock with { ResetCount = uint.MaxValue };
        verifier.Ask();
        host.Reboot();
        Assert.Equal(0u, host.Tpm.Clock.ResetCount);
        Assert.Equal(TrustTier.Affirming, verifier.Ask().Host.Status);
    }

    private static Attack Quote(string name, FindingCode code, Func<Evidence, Evidence> change) => new(name, code, (_, verifier) => verifier.AskWith(change));

    private static Attack Signed(string name, FindingCode code, Func<QuoteSpec, QuoteSpec> change) => new(name, code, (_, verifier) => verifier.Ask(change));

    private static Func<VirtualHost, VirtualVerifier, Attest.Appraisal.Appraisal> Uncapped(IReadOnlyList<BootEvent> firmware) =>
        (_, _) => new VirtualVerifier(VirtualHost.Boot(spec => spec with { Firmware = firmware })).Ask();

    private static ReadOnlyMemory<byte> Flip(ReadOnlyMemory<byte> bytes, int at)
    {
        var copy = bytes.ToArray();
        copy[at] ^= 1;
        return copy;
    }
}
