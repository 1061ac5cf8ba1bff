using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Bundles;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Appraisal.Bundles;

/// <summary>
/// A bundle whose parts could all be read: it can be appraised again, today or in ten years, with the rules that it carries or with others. The host's log is
/// replayed from its first record; of what the verifier remembered only the last quote and a failure that stuck are taken over, which never help a host.
/// </summary>
public sealed class OpenBundle
{
    private readonly AppraisalContext _context;

    private OpenBundle(Bundle parts, Evidence evidence, UnverifiedResult claimed, JsonWebKeySet keys, AppraisalContext context) =>
        (Parts, Evidence, Claimed, Keys, _context) = (parts, evidence, claimed, keys, context);

    /// <summary>The bundle.</summary>
    public Bundle Parts { get; }

    /// <summary>The evidence.</summary>
    public Evidence Evidence { get; }

    /// <summary>What the result says; nobody checked its signature yet.</summary>
    public UnverifiedResult Claimed { get; }

    /// <summary>The keys that the bundle brings: only its own word.</summary>
    public JsonWebKeySet Keys { get; }

    /// <summary>The rules that were in force.</summary>
    public AppraisalRules Rules => _context.Rules;

    /// <summary>Opens a bundle, or says which part cannot be read and why.</summary>
    public static bool TryOpen(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out OpenBundle? bundle, [NotNullWhen(false)] out string? problem)
    {
        bundle = null;
        if (!Bundle.TryDecode(bytes, out var parts, out var malformed))
        {
            problem = malformed.ToString();
            return false;
        }

        return TryOpen(parts, out bundle, out problem);
    }

    /// <summary>Appraises the evidence again, as of the time of its appraisal.</summary>
    public Appraisal Appraise() => Appraise(_context);

    /// <summary>
    /// Appraises the evidence under other rules. It is taken as the answer to what was asked then: what PCRs that nobody asked for would show is not known.
    /// </summary>
    public Appraisal Appraise(AppraisalRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return Appraise(_context with { Rules = rules with { Banks = Rules.Banks, Plan = Rules.Plan, ExplainedPcrs = Rules.ExplainedPcrs } });
    }

    // The kernel's list as if all of it came at once, so that the quoted PCR 10 decides about it from its first entry, under whatever rules. Only of one that
    // cannot be read the place is told as it was then, by its byte in what the evidence brought.
    private Appraisal Appraise(AppraisalContext context)
    {
        if (Parts.ImaLog is not { } before || Evidence.ImaLog is not { } suffix)
        {
            return Appraiser.Appraise(Evidence, context);
        }

        var whole = Appraiser.Appraise(Evidence with { ImaLog = new(0, (byte[])[.. before.Span, .. suffix.Entries.Span]) }, context);
        return whole.Host.Findings.Any(finding => finding.Code == FindingCode.ImaLogMalformed) ? Appraiser.Appraise(Evidence, context) : whole;
    }

    /// <summary>The appraisal as a result with the same frame (issuer, times, nonce, VMs) as the one in the bundle.</summary>
    public AttestationResult ToResult(Appraisal appraisal)
    {
        ArgumentNullException.ThrowIfNull(appraisal);
        var claimed = Claimed.Result;
        return appraisal.ToResult(new ResultRequest
        {
            Verifier = claimed.Verifier,
            IssuedAt = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(claimed.IssuedAt, 0, LatestSecond)),
            Lifetime = TimeSpan.FromSeconds(Math.Clamp((claimed.Expires ?? claimed.IssuedAt) - claimed.IssuedAt, 0, MaxLifetimeSeconds)),
            Issuer = claimed.Issuer,
            Audience = claimed.Audience,
            Nonce = claimed.Nonce,
            EvidenceDigest = Protocol.Evidence.Digest(Parts.Evidence.Span),
        });
    }

    private static bool TryOpen(Bundle parts, [NotNullWhen(true)] out OpenBundle? bundle, [NotNullWhen(false)] out string? problem)
    {
        bundle = null;
        if (!Protocol.Evidence.TryDecode(parts.Evidence, out var evidence, out var malformed))
        {
            problem = $"evidence: {malformed}";
        }
        else if (ImaProblem(parts, evidence) is { } ima)
        {
            problem = ima;
        }
        else if (!ReferenceSet.TryRead(parts.References.Span, out var own, out malformed))
        {
            problem = $"references: {malformed}";
        }
        else if (!JsonWebKeySet.TryRead(parts.Keys.Span, out var keys, out malformed))
        {
            problem = $"keys: {malformed}";
        }
        else if (!StoredFindings.TryRead(parts.Context.EnrolmentFindings.Span, out var enrolment, out malformed))
        {
            problem = $"context: {malformed}";
        }
        else if (!ResultToken.TryReadUnverified(parts.Result, out var claimed, out var token))
        {
            problem = $"result: {token.Detail}";
        }
        else if (TryReadRules(parts, out var rules, out problem) && TryReadKey(parts.Context.AkPublic, out var key, out var name, out problem)
            && TryReadPolicies(parts, out var policies, out problem) && BundleReferences.TryRead(parts, own, out var references, out problem))
        {
            Func<MeasuredDigest, ReadOnlyMemory<byte>?> known = digest => policies.TryGetValue(digest, out var file) ? file : default(ReadOnlyMemory<byte>?);
            if (MemoryRebuild.TryRebuild(parts, rules, known, out var memory, out problem))
            {
                bundle = new OpenBundle(parts, evidence, claimed, keys, new AppraisalContext
                {
                    HostId = parts.Context.HostId,
                    HostName = parts.Context.HostName,
                    AkKey = key,
                    AkName = name,
                    Pcrs = rules.Pcrs,
                    NonceProblem = parts.Context.NonceProblem,
                    Memory = memory,
                    References = references,
                    KnownPolicy = known,
                    Rules = rules,
                    EnrolmentFindings = enrolment,
                    Now = parts.Context.At,
                });
            }
        }

        return bundle is not null;
    }

    private static string? ImaProblem(Bundle parts, Evidence evidence) =>
        parts.ImaLog is { } before
            ? evidence.ImaLog is { Offset: > 0 } suffix && suffix.Offset == parts.Context.KnownImaBytes && (ulong)before.Length == suffix.Offset ? null
                : $"ima-log: {before.Length} bytes are there, which is not what comes before the evidence's part of the list"
            : evidence.ImaLog is { Offset: > 0 } later && later.Offset == parts.Context.KnownImaBytes ? "ima-log: what comes before the evidence's part of the list is missing"
            : null;

    private static bool TryReadRules(Bundle parts, [NotNullWhen(true)] out AppraisalRules? rules, out string? problem)
    {
        (rules, problem) = (null, null);
        if (parts.AppraisalPolicy is not { } document)
        {
            rules = AppraisalRules.Default;
        }
        else if (AppraisalPolicy.TryRead("appraisal-policy", document, out var policy, out var malformed))
        {
            rules = policy.InForce(parts.Context.AppraisalPolicyVersion);
        }
        else
        {
            problem = malformed.ToString();
        }

        return rules is not null;
    }

    private static bool TryReadKey(
        ReadOnlyMemory<byte> ak, [NotNullWhen(true)] out VerificationKey? key, [NotNullWhen(true)] out TpmName? name, out string? problem)
    {
        (key, name, problem) = (null, null, null);
        if (!TpmWire.TryParseSized<PublicArea>(ak.Span, out var area, out var malformed))
        {
            problem = $"context: the attestation key: {malformed}";
        }
        else if (!VerificationKey.TryCreate(area, out key, out var refused))
        {
            problem = $"context: the attestation key: {refused.Problem}";
        }
        else
        {
            name = TpmName.Of(area);
        }

        return name is not null;
    }

    private static bool TryReadPolicies(Bundle parts, out Dictionary<MeasuredDigest, ReadOnlyMemory<byte>> policies, out string? problem)
    {
        (policies, problem) = ([], null);
        foreach (var file in parts.Policies)
        {
            var digest = new MeasuredDigest(MeasuredDigest.Sha256, SHA256.HashData(file.Span));
            policies[digest] = file;
            if (AcmXml.TryParse(file.Span, out var policy, out var problems))
            {
                policies[new MeasuredDigest(MeasuredDigest.Sha256, policy.CanonicalDigest.AsSpan())] = file;
            }
            else if (MeasuredFlask.Read(digest, file.Span).Policy is null)
            {
                problem = $"policies: {problems[0]}";
                return false;
            }
        }

        return true;
    }

    private const long LatestSecond = 253_402_300_799;
    private const long MaxLifetimeSeconds = 10L * 366 * 24 * 3600;
}
