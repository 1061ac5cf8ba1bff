using System.Security.Cryptography;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Bundles;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Testing.World;

/// <summary>A verifier that signs its verdicts and keeps what bundles are made of.</summary>
public sealed class VirtualArchive(VirtualHost host, VirtualVerifier verifier)
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private byte[] _records = [];
    private byte[] _ima = [];
    private byte[]? _firmware;
    private readonly ReferenceSet _own = verifier.References;
    private AppraisalRules? _rules;
    private readonly List<ReadOnlyMemory<byte>> _policies = [];

    /// <summary>The appraisal policy in force; null for the built-in rules.</summary>
    public AppraisalPolicy? Policy { get; set => (field, _rules) = (value, null); }

    /// <summary>Signed bundles of reference values that the verifier holds besides its own values.</summary>
    public IReadOnlyList<SignedReferences> Held { get; set; } = [];

    /// <summary>The keys that the verifier publishes.</summary>
    public JsonWebKeySet Keys => new() { Keys = [JsonWebKey.From(_key)] };

    /// <summary>Asks the host and keeps the verdict.</summary>
    public Bundle Ask(Func<Evidence, Evidence>? change = null)
    {
        verifier.Rules = Policy is null ? AppraisalRules.Default : _rules ??= Policy.InForce(3);
        verifier.Pcrs = verifier.Rules.Pcrs;
        verifier.References = Effective();
        var before = verifier.Memory;
        var evidence = host.Answer(verifier.Challenge());
        evidence = change?.Invoke(evidence) ?? evidence;
        var context = verifier.Context(evidence);
        var appraisal = verifier.Appraise(evidence);
        var bytes = evidence.Encode();
        var keys = Keys;
        var bundle = new Bundle
        {
            Context = new BundleContext
            {
                HostId = host.Id,
                HostName = host.Name,
                Group = Policy?.Group ?? AppraisalPolicy.DefaultGroup,
                At = verifier.Now,
                NonceProblem = context.NonceProblem,
                KnownRecords = appraisal.KnownRecords,
                KnownImaBytes = appraisal.KnownImaBytes,
                WasImaShown = appraisal.WasImaShown,
                SignedReferencesDigest = Held.Count == 0 ? [] : SHA256.HashData(SignedReferences.List(Held)),
                AppraisalPolicyVersion = Policy is null ? 0 : 3,
                ReferencesVersion = 1,
                AkPublic = TpmWire.ToSizedBytes(host.Tpm.Ak.Public),
                EnrolmentFindings = System.Text.Encoding.UTF8.GetBytes(StoredFindings.Write(verifier.EnrolmentFindings)),
                Before = before is null ? default(ReadOnlyMemory<byte>?) : before.EncodeContinuity(),
            },
            Evidence = bytes,
            Log = appraisal.KnownRecords == 0 ? ReadOnlyMemory<byte>.Empty : _records,
            FirmwareLog = evidence.FirmwareLog is null && before is not null ? _firmware : default(ReadOnlyMemory<byte>?),
            ImaLog = evidence.ImaLog is { Offset: > 0 } suffix && suffix.Offset == appraisal.KnownImaBytes ? _ima.AsMemory(0, (int)suffix.Offset) : default(ReadOnlyMemory<byte>?),
            Policies = [.. Keep(appraisal)],
            References = ReferenceSet.Encode(_own.Document),
            SignedReferences = Held,
            AppraisalPolicy = Policy?.Document,
            EkCertificates = [new byte[] { 0x30, 0x00 }],
            Result = ResultToken.Sign(_key, keys.Keys[0].KeyId!, appraisal.ToResult(new ResultRequest
            {
                Verifier = new VerifierId { Developer = "https://shype.dev", Build = "a verifier of the tests" },
                IssuedAt = verifier.Now,
                Lifetime = TimeSpan.FromMinutes(5),
                Issuer = "tests",
                Nonce = Base64UrlText.Encode(evidence.ChallengeNonce.Span),
                EvidenceDigest = Evidence.Digest(bytes),
            })),
            Keys = keys.Write(),
        };
        if (appraisal is { IsFresh: true, IsProven: true } && appraisal.Memory!.Known.NextRecord > evidence.Log.FirstRecord)
        {
            _records = [.. evidence.Log.FirstRecord == 0 ? [] : _records, .. evidence.Log.Records.ToArray()];
            _firmware = evidence.FirmwareLog?.ToArray() ?? _firmware;
        }

        if (appraisal.NewIma is { } ima)
        {
            _ima = [.. _ima.AsSpan(0, (int)ima.Offset), .. ima.Entries.Span];
        }

        verifier.Now = verifier.Now.AddMinutes(7);
        return bundle;
    }

    private ReferenceSet Effective() => Held.Count == 0 ? _own : EffectiveReferences.At(
        [
            ReferenceBundle.OfOperators(1, _own),
            .. Held.Select(held => SignedBundle.TryOpen(held.Source.ToArray(), [VirtualBundles.Maker], out var opened, out var refusal)
                ? opened.Bundle with { RevokedBecause = held.Revoked.Length == 0 ? null : held.Revoked }
                : throw new InvalidDataException(refusal.Detail)),
        ],
        verifier.Now).Set;

    private List<ReadOnlyMemory<byte>> Keep(Appraisal.Appraisal appraisal)
    {
        if (appraisal.NewPolicy is { } policy)
        {
            _policies.Add(policy.Bytes);
        }

        return _policies;
    }
}
