using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Story;

/// <summary>The policy for a measured digest, or why there is none to judge by.</summary>
internal readonly record struct PolicyAnswer(AcmPolicy? Policy, FindingCode? Problem, string? Detail = null);

/// <summary>Finds the file of a measured policy among what the evidence brought, what the verifier has, and what was parsed before.</summary>
internal sealed class PolicyShelf(ReadOnlyMemory<byte>? sent, Func<MeasuredDigest, ReadOnlyMemory<byte>?> known, AcmPolicy? remembered)
{
    private readonly List<AcmPolicy> _parsed = remembered is null ? [] : [remembered];
    private bool _sentWasRead;
    private AcmPolicy? _sentPolicy;
    private MeasuredDigest _sentDigest;
    private string? _sentProblem;

    /// <summary>The file that was sent, once it answered for a measured policy.</summary>
    public PolicyFile? Proven { get; private set; }

    /// <summary>The kind of policies that can be judged.</summary>
    public const string Module = "acm";

    public PolicyAnswer Find(PolicyStateContent measured)
    {
        if (measured.Module != Module)
        {
            return new(null, FindingCode.PolicyModuleNotJudged);
        }

        if (measured.CanonicalDigest is { } canonical
            && _parsed.Find(policy => canonical.Kind == MeasuredDigest.Sha256 && canonical.Value.SequenceEqual(policy.CanonicalDigest.AsSpan())) is { } parsed)
        {
            return new(parsed, null);
        }

        if (FromSent(measured) is { } brought)
        {
            return new(brought, null);
        }

        foreach (var digest in new[] { measured.CanonicalDigest, measured.SourceDigest })
        {
            if (digest is { } wanted && known(wanted) is { } bytes && AcmXml.TryParse(bytes.Span, out var policy, out _) && Is(measured, policy, SourceOf(bytes)))
            {
                _parsed.Add(policy);
                return new(policy, null);
            }
        }

        return (sent is null, _sentProblem) switch
        {
            (true, _) => new(null, FindingCode.PolicyNotAvailable),
            (false, { } problem) => new(null, FindingCode.PolicyMalformed, problem),
            _ => new(null, FindingCode.PolicyDigestMismatch),
        };
    }

    /// <summary>The very file of a measured policy: of the measured digest, or one that compiles to what the hypervisor holds. Null where only files that mean the same are there, or none.</summary>
    public ReadOnlyMemory<byte>? FileOf(PolicyStateContent measured, AcmPolicy policy)
    {
        foreach (var file in new[] { sent, measured.SourceDigest is { } source ? known(source) : null, measured.CanonicalDigest is { } canonical ? known(canonical) : null })
        {
            if (file is { } bytes && (measured.SourceDigest is { } digest ? SourceOf(bytes) == digest
                : measured.ActiveDigest is { } active && LoggedEvidence.CompiledOf(policy, bytes.Span).Contains(active.ToString())))
            {
                return bytes;
            }
        }

        return null;
    }

    /// <summary>The binary policy with a measured digest, from what the evidence brought or what the verifier has.</summary>
    public MeasuredFlask FindFlask(PolicyStateContent measured)
    {
        foreach (var digest in new[] { measured.ActiveDigest, measured.SourceDigest })
        {
            if (digest is not { Kind: MeasuredDigest.Sha256 } wanted)
            {
                continue;
            }

            var isSent = sent is { } brought && SourceOf(brought) == wanted;
            if ((isSent ? sent : known(wanted)) is { } file)
            {
                var read = MeasuredFlask.Read(wanted, file.Span);
                // The file is the policy's one form: it is known by its digest alone.
                Proven = isSent && read.Policy is not null ? new PolicyFile(file, wanted, wanted) : Proven;
                return read;
            }
        }

        return new(null, null, FindingCode.PolicyModuleNotJudged);
    }

    /// <summary>What the file that was sent is to a policy that was measured; null where none was sent, or it is that policy's.</summary>
    public PolicyAnswer? MismatchOfSent(PolicyStateContent measured) =>
        sent is null || FromSent(measured) is not null ? null
        : _sentProblem is { } problem ? new PolicyAnswer(null, FindingCode.PolicyMalformed, problem)
        : new PolicyAnswer(null, FindingCode.PolicyDigestMismatch);

    public static MeasuredDigest CanonicalOf(AcmPolicy policy) => new(MeasuredDigest.Sha256, policy.CanonicalDigest.AsSpan());

    private AcmPolicy? FromSent(PolicyStateContent measured)
    {
        if (sent is not { } bytes)
        {
            return null;
        }

        if (!_sentWasRead)
        {
            _sentWasRead = true;
            _sentDigest = SourceOf(bytes);
            if (!AcmXml.TryParse(bytes.Span, out _sentPolicy, out var problems))
            {
                _sentProblem = problems[0].ToString();
            }
        }

        if (_sentPolicy is null || !Is(measured, _sentPolicy, _sentDigest))
        {
            return null;
        }

        Proven = new PolicyFile(bytes, _sentDigest, CanonicalOf(_sentPolicy));
        return _sentPolicy;
    }

    // The digest of the meaning decides where it was measured: two files that say the same are the same policy (docs/policy-digest.md).
    private static bool Is(PolicyStateContent measured, AcmPolicy policy, MeasuredDigest source) =>
        measured.CanonicalDigest is { } canonical ? canonical == CanonicalOf(policy) : measured.SourceDigest == source;

    private static MeasuredDigest SourceOf(ReadOnlyMemory<byte> file) =>
        new(MeasuredDigest.Sha256, System.Security.Cryptography.SHA256.HashData(file.Span));
}
