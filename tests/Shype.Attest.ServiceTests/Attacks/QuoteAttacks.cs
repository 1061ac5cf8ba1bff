using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Xunit;
using static Shype.Attest.ServiceTests.Attacks.EvidenceAttack;

namespace Shype.Attest.ServiceTests.Attacks;

/// <summary>Threat rows Q and A19 against the running verifier: quotes that are wrong in one thing, most of them signed with the enrolled key.</summary>
public sealed class QuoteAttacks(Scene scene) : IClassFixture<Scene>
{
    private static readonly TpmName SomeName = VirtualAk.Of(AkKind.EcdsaP384).Name;

    // The order of P-256 (FIPS 186-5; SEC 2, 2.4.2).
    private static readonly byte[] P256Order = Convert.FromHexString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

    public static TheoryData<string> Names => [.. All.Select(attack => attack.Name)];

    internal static IReadOnlyList<EvidenceAttack> All { get; } =
    [
        Sent("Q01 one byte of attest changed", FindingCode.QuoteSignatureInvalid, evidence => evidence with { QuoteAttest = Flip(evidence.QuoteAttest, 60) }),
        Sent("Q02 one byte of signature changed", FindingCode.QuoteSignatureInvalid, evidence => evidence with { QuoteSignature = Flip(evidence.QuoteSignature, 40) }),
        Signed("Q03 trailing byte in attest", FindingCode.QuoteMalformed, quote => quote with { Attest = bytes => [.. bytes, 0] }),
        Signed("Q03 attest cut", FindingCode.QuoteMalformed, quote => quote with { Attest = bytes => bytes[..^1] }),
        Sent("Q03 trailing byte in signature", FindingCode.QuoteSignatureMalformed, evidence => evidence with { QuoteSignature = new([.. evidence.QuoteSignature.Span, 0]) }),
        Sent("Q03 empty signature", FindingCode.QuoteSignatureMalformed, evidence => evidence with { QuoteSignature = default }),
        Signed("Q04 magic is not a TPM's", FindingCode.QuoteNotMadeByTpm, quote => quote with { Magic = 0xff54_4348 }),
        Body("Q05 Certify instead of Quote", StructureTag.AttestCertify, _ => new CertifyBody(SomeName, SomeName)),
        Body("Q05 CertifyCreation instead of Quote", StructureTag.AttestCreation, _ => new CreationBody(SomeName, new byte[32])),
        Body("Q05 GetTime instead of Quote", StructureTag.AttestTime, quote => new TimeBody(1, quote.Clock, 1)),
        Body("Q05 NV_Certify instead of Quote", StructureTag.AttestNv, _ => new NvBody(SomeName, 0, [1, 2, 3])),
        Body("Q05 session audit instead of Quote", StructureTag.AttestSessionAudit, _ => new SessionAuditBody(true, new byte[32])),
        Body("Q05 command audit instead of Quote", StructureTag.AttestCommandAudit, _ => new CommandAuditBody(1, AlgorithmId.Sha256, new byte[32], new byte[32])),
        Signed("Q06 empty nonce", FindingCode.NonceMismatch, quote => quote with { ExtraData = [] }),
        Signed("Q06 nonce prefix", FindingCode.NonceMismatch, quote => quote with { ExtraData = quote.ExtraData[..16] }),
        Signed("Q06 longer nonce", FindingCode.NonceMismatch, quote => quote with { ExtraData = [.. quote.ExtraData, 0] }),
        Told("Q06 the bare nonce, not bound to the host", FindingCode.NonceMismatch, (agent, challenge) =>
            agent.Host.Answer(challenge, quote => quote with { ExtraData = challenge.Nonce })),
        Story("Q06 nonce of another challenge", FindingCode.NonceMismatch, async (_, agent) =>
        {
            var other = await agent.ChallengeAsync();
            return agent.Host.Answer(other) with { ChallengeNonce = (await agent.ChallengeAsync()).Nonce };
        }),
        Sent("Q06 challenge of nobody", FindingCode.ChallengeNotOurs, evidence => evidence with { ChallengeNonce = new byte[ChallengeNonce.Size] }),
        Story("Q06 challenge of another host", FindingCode.ChallengeNotOurs, async (scene, agent) =>
            agent.Host.Answer(await (await scene.HostAsync()).ChallengeAsync())),
        Story("R06 answered a second after it expired", FindingCode.ChallengeExpired, async (scene, agent) =>
        {
            var challenge = await agent.ChallengeAsync();
            scene.Clock.Advance(challenge.Expires - scene.Clock.GetUtcNow() + TimeSpan.FromSeconds(1));
            return agent.Host.Answer(challenge);
        }),
        Story("Q08 older quote of the same boot", FindingCode.ClockWentBackwards, async (_, agent) =>
        {
            var older = agent.Host.Answer(await agent.ChallengeAsync());
            await agent.AttestAsync();
            return older;
        }),
        Story("Q09 quote of an earlier boot", FindingCode.BootWentBackwards, async (_, agent) =>
        {
            var older = agent.Host.Answer(await agent.ChallengeAsync());
            agent.Host.Reboot();
            await agent.AttestAsync();
            return older;
        }),
        Story("Q09 restart count lower", FindingCode.BootWentBackwards, async (_, agent) =>
        {
            agent.Host.Tpm.Clock = agent.Host.Tpm.Clock with { RestartCount = 3 };
            await agent.AttestAsync();
            return agent.Host.Answer(await agent.ChallengeAsync(), quote => quote with { Clock = quote.Clock with { RestartCount = 2 } });
        }),
        Signed("Q11 empty selection", FindingCode.PcrsNotCovered, quote => quote with { Selections = new([]) }),
        Signed("Q11 fewer PCRs than asked", FindingCode.PcrsNotCovered, quote => quote with { Selections = PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0, 1, 11)) }),
        Signed("Q12 same bank twice, PCR 16 shown as 4", FindingCode.BankDuplicated, quote => quote with
        {
            Selections = PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0, 1, 2, 3, 16), PcrSelection.Of(AlgorithmId.Sha256, 4, 5, 6, 7, 8, 9, 11, 12, 13)),
        }),
        Selection("Q13 more PCRs than asked", FindingCode.PcrSelectionNotAsAsked, Asked | (1u << 14), 3),
        Selection("Q13 bit above 23", FindingCode.PcrSelectionMalformed, Asked | (1u << 24), 4),
        Selection("Q13 select of two bytes", FindingCode.PcrSelectionMalformed, Asked & 0xffff, 2),
        Selection("Q13 select of one byte", FindingCode.PcrSelectionMalformed, Asked & 0xff, 1),
        Patched("Q13 select of 255 bytes", FindingCode.QuoteMalformed, at => at + 6, [0xff]),
        Patched("Q13 unknown bank", FindingCode.QuoteMalformed, at => at + 4, [0x7f, 0xff]),
        Rebooted("Q14 bank that firmware never capped", FindingCode.BankNotCapped, spec => spec with { Firmware = [] }),
        Signed("Q15 SHA-1 signature", FindingCode.QuoteAlgorithmNotAllowed, quote => quote with { SignatureHash = AlgorithmId.Sha1 }),
        Signed("Q15 another hash than the key's", FindingCode.QuoteAlgorithmNotAllowed, quote => quote with { SignatureHash = AlgorithmId.Sha384 }),
        Rebooted("Q15 SHA-1 bank only", FindingCode.BankNotAllowed, spec => spec with { Banks = [AlgorithmId.Sha1], LogBanks = [AlgorithmId.Sha256] }, quote => quote with
        {
            Selections = PcrSelectionList.Of(quote.Selections.Selections[0] with { Bank = AlgorithmId.Sha1 }),
        }),
        Signed("Q16 PCR digest by another hash than the signature's", FindingCode.LogDigestMismatch, quote => quote with { DigestHash = AlgorithmId.Sha384 }),
        Sent("Q17 PCR values beside the quote differ", FindingCode.PcrValuesMismatch,
            evidence => evidence with { PcrValues = [.. evidence.PcrValues.Select(value => value.Pcr == 12 ? value with { Value = new byte[32] } : value)] }),
        Selection("Q18 resettable PCR 16 as a claim", FindingCode.PcrNotTrusted, Asked | (1u << 16), 3),
        Selection("Q18 resettable PCR 23 as a claim", FindingCode.PcrNotTrusted, Asked | (1u << 23), 3),
        Signed("Q19 RSA signature, elliptic key", FindingCode.QuoteKeyMismatch, quote => quote with { Signer = VirtualAk.Of(AkKind.RsaSsa) }),
        Signed("Q19 elliptic signature, RSA key", FindingCode.QuoteKeyMismatch, quote => quote with { Signer = VirtualAk.Of(AkKind.EcdsaP256) }) with { Kind = AkKind.RsaPss },
        Signature("Q20 r = 0", (_, s) => new(AlgorithmId.Sha256, new byte[32], s)),
        Signature("Q20 s = 0", (r, _) => new(AlgorithmId.Sha256, r, new byte[32])),
        Signature("Q20 r = n", (_, s) => new(AlgorithmId.Sha256, P256Order, s)),
        Signature("Q20 s = n", (r, _) => new(AlgorithmId.Sha256, r, P256Order)),
        Patched("Q22 4 G selections", FindingCode.QuoteMalformed, at => at, [0xff, 0xff, 0xff, 0xff]),
        new("Q22 more attest than any TPM makes", ProblemTypes.LimitExceeded + " " + nameof(ProtocolLimits.MaxAttestBytes), async (_, agent) =>
            (agent.Host.Answer(await agent.ChallengeAsync()) with { QuoteAttest = new byte[ProtocolLimits.MaxAttestBytes + 1] }).Encode()),
        new("Q22 more PCR values than there are", ProblemTypes.LimitExceeded + " " + nameof(ProtocolLimits.MaxPcrValues), async (_, agent) =>
        {
            var evidence = agent.Host.Answer(await agent.ChallengeAsync());
            return (evidence with { PcrValues = [.. Enumerable.Repeat(evidence.PcrValues[0], 100_000)] }).Encode();
        }),
        Story("Q23 firmware changed without a reboot", FindingCode.FirmwareVersionChanged, async (_, agent) =>
        {
            agent.Host.Tpm.FirmwareVersion++;
            return agent.Host.Answer(await agent.ChallengeAsync());
        }),
        Signed("K07 key under another parent", FindingCode.SignerChanged, quote => quote with { QualifiedSigner = SomeName }),
        Sent("K03 name of another key", FindingCode.QuoteSignerMismatch, evidence => evidence with { AkName = SomeName.Bytes }),
        Signed("K16 TPM swapped under a kept disk", FindingCode.QuoteSignatureInvalid, quote => quote with { Signer = new VirtualAk(AkKind.EcdsaP256) }),
        Story("A19 evidence of another machine", FindingCode.ChallengeNotOurs, async (scene, _) =>
        {
            var other = await scene.HostAsync();
            return other.Host.Answer(await other.ChallengeAsync());
        }),
        Story("A19 evidence of another machine for this one's challenge", FindingCode.QuoteSignerMismatch, async (scene, agent) =>
            (await scene.HostAsync()).Host.Answer(await agent.ChallengeAsync())),
        Story("A19 evidence of another machine under this one's key name", FindingCode.QuoteSignatureInvalid, async (scene, agent) =>
            (await scene.HostAsync()).Host.Answer(await agent.ChallengeAsync()) with { AkName = agent.Host.Tpm.Ak.Name.Bytes }),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public Task An_attack_is_refused_with_its_reason(string attack) => All.Single(row => row.Name == attack).CheckAsync(scene);

    /// <summary>What a real TPM signed under a restricted key, and no quote that answers a challenge.</summary>
    [Theory]
    [InlineData("Q05", "attacks", "ak.tpm2b_public", "certify.msg", "certify.sig", "quote-wrong-type")]
    [InlineData("Q05", "attacks", "ak.tpm2b_public", "nvcertify.msg", "nvcertify.sig", "quote-wrong-type")]
    [InlineData("Q11", "attacks", "ak.tpm2b_public", "empty.msg", "empty.sig", "pcrs-not-covered")]
    [InlineData("Q12", "swtpm", "attack_relabel.ak.pub", "attack_relabel.q.msg", "attack_relabel.q.sig", "bank-duplicated")]
    [InlineData("Q06", "swtpm", "ak_rsassa.tpm2b_public", "ak_rsassa.quote.msg", "ak_rsassa.quote.sig", "nonce-mismatch")]
    [InlineData("Q06", "swtpm", "ak_ecdsa384.tpm2b_public", "ak_ecdsa384.quote.msg", "ak_ecdsa384.quote.sig", "nonce-mismatch")]
    [InlineData("Q21", "swtpm", "ak_rsapss.tpm2b_public", "ak_rsapss.quote.msg", "ak_rsapss.quote.sig", "nonce-mismatch")]
    public async Task What_a_real_TPM_signed_is_believed_to_be_its_own_and_refused_for_what_it_is(
        string row, string family, string key, string attest, string signature, string code)
    {
        Assert.True(TpmWire.TryParseSized<PublicArea>(TestData.Bytes(family, key), out var area, out _), row);
        using var tpm = new SoftwareTpm(area);
        var (id, name, client) = await scene.EnrolAsync(tpm);
        var agent = new VirtualAgent(VirtualHost.Boot(spec => spec with { Id = id, Name = name }), client);
        var result = await scene.ReadAsync(await agent.AttestAsync(evidence => evidence with
        {
            AkName = tpm.AkName.Bytes, QuoteAttest = TestData.Bytes(family, attest), QuoteSignature = TestData.Bytes(family, signature),
        }));
        Assert.Contains(code, Scene.Codes(result));
        Assert.DoesNotContain("quote-signature-invalid", Scene.Codes(result));
        Assert.All(result.Submods.Values, part => Assert.Equal(TrustTier.Contraindicated, part.Status));
    }

    private static EvidenceAttack Body(string name, StructureTag type, Func<QuoteSpec, AttestBody> body) =>
        Signed(name, FindingCode.QuoteWrongType, quote => quote with { Type = type, Body = body(quote) });

    private static EvidenceAttack Selection(string name, FindingCode code, uint mask, int bytes)
    {
        var selections = PcrSelectionList.Of(new PcrSelection(AlgorithmId.Sha256, mask, bytes));
        return Signed(name, code, quote => quote with { Selections = selections, Body = new QuoteBody(selections, new byte[32]) });
    }

    // TPMS_QUOTE_INFO stands at the end: a count (4), one selection (2 + 1 + 3), a digest (2 + 32).
    private static EvidenceAttack Patched(string name, FindingCode code, Func<int, int> place, byte[] patch) => Signed(name, code, quote => quote with
    {
        Attest = bytes =>
        {
            patch.CopyTo(bytes, place(bytes.Length - 44));
            return bytes;
        },
    });

    private static EvidenceAttack Signature(string name, Func<byte[], byte[], EcdsaSignature> change) => Sent(name, FindingCode.QuoteSignatureInvalid, evidence =>
    {
        Assert.True(TpmWire.TryParse<Signature>(evidence.QuoteSignature.Span, out var signature, out _));
        var (_, r, s) = (EcdsaSignature)signature;
        return evidence with { QuoteSignature = TpmWire.ToBytes<Signature>(change(r, s)) };
    });

    private static ReadOnlyMemory<byte> Flip(ReadOnlyMemory<byte> bytes, int at)
    {
        var copy = bytes.ToArray();
        copy[at] ^= 1;
        return copy;
    }

    private const uint Asked = 0x3bff;
}
