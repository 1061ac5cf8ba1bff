using System.Security.Cryptography;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Testing.World;

/// <summary>A verifier in memory: mints challenges, appraises, remembers. What it demands and knows can be changed between two questions.</summary>
public sealed class VirtualVerifier(VirtualHost host)
{
    private readonly byte[] _key = SHA256.HashData("a key of the tests"u8);
    private readonly Dictionary<MeasuredDigest, ReadOnlyMemory<byte>> _policies = [];
    private int _challenges;

    /// <summary>The time.</summary>
    public DateTimeOffset Now { get; set; } = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The PCRs that are asked for.</summary>
    public IReadOnlyList<PcrRequest> Pcrs { get; set; } = [new("sha256", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])];

    /// <summary>The references.</summary>
    public ReferenceSet References { get; set; } = VirtualReferences.Set;

    /// <summary>The rules.</summary>
    public AppraisalRules Rules { get; set; } = AppraisalRules.Default;

    /// <summary>What enrolment found.</summary>
    public IReadOnlyList<Finding> EnrolmentFindings { get; set; } = [];

    /// <summary>What is remembered of the host.</summary>
    public HostMemory? Memory { get; set; }

    // The rules in the banks that are asked for, which a test may set alone.
    private AppraisalRules Asked => Rules with
    {
        Banks = [.. Pcrs.Select(request => HashAlgorithms.TryParseText(request.Bank, out var bank) ? bank : default)],
    };

    /// <summary>A fresh challenge.</summary>
    public Challenge Challenge()
    {
        var expires = Now.AddMinutes(1);
        var seed = SHA256.HashData(BitConverter.GetBytes(_challenges++));
        return new Challenge
        {
            Nonce = ChallengeNonce.Mint(_key, seed, expires, host.Id, Pcrs),
            Pcrs = Pcrs,
            Expires = expires,
            Known = Memory?.KnownUnder(Asked) ?? LogPosition.None,
            KnownFirmwareLog = Memory?.KnownFirmwareLogUnder(Asked),
            KnownImaBytes = Memory?.KnownImaBytes(Rules),
            KnownPolicies = [.. _policies.Keys.Select(digest => Convert.ToHexStringLower(digest.Value))],
        };
    }

    /// <summary>The context in which evidence would be appraised now.</summary>
    public AppraisalContext Context(Evidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return new AppraisalContext
        {
            HostId = host.Id,
            HostName = host.Name,
            AkKey = host.Tpm.Ak.Key,
            AkName = host.Tpm.Ak.Name,
            Pcrs = Pcrs,
            NonceProblem = ChallengeNonce.Check(evidence.ChallengeNonce.Span, Now, host.Id, Pcrs, _key),
            Memory = Memory,
            References = References,
            KnownPolicy = digest => _policies.TryGetValue(digest, out var file) ? file : default(ReadOnlyMemory<byte>?),
            Rules = Rules,
            EnrolmentFindings = EnrolmentFindings,
            Now = Now,
        };
    }

    /// <summary>Appraises evidence and remembers what it proved.</summary>
    public Appraisal.Appraisal Appraise(Evidence evidence, Func<AppraisalContext, AppraisalContext>? change = null)
    {
        var context = Context(evidence);
        var appraisal = Appraiser.Appraise(evidence, change?.Invoke(context) ?? context);
        Memory = appraisal.Memory;
        if (appraisal.NewPolicy is { } policy)
        {
            _policies[policy.SourceDigest] = policy.Bytes;
            _policies[policy.CanonicalDigest] = policy.Bytes;
        }

        return appraisal;
    }

    /// <summary>Challenges the host and appraises its answer.</summary>
    public Appraisal.Appraisal Ask(Func<QuoteSpec, QuoteSpec>? change = null) => Appraise(host.Answer(Challenge(), change));

    /// <summary>Challenges the host and appraises its answer, changed on the way.</summary>
    public Appraisal.Appraisal AskWith(Func<Evidence, Evidence> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Appraise(change(host.Answer(Challenge())));
    }

    /// <summary>Puts a policy file on the shelf, under both digests.</summary>
    public void Keep(byte[] policy)
    {
        _policies[VirtualPolicies.Source(policy)] = policy;
        _policies[VirtualPolicies.Canonical(policy)] = policy;
    }

    /// <summary>Forgets what is kept as an object: the memory is stored and read again.</summary>
    public void Restart()
    {
        if (Memory is not null)
        {
            Memory = HostMemory.TryDecode(Memory.Encode(), out var memory, out var problem) ? memory : throw new InvalidOperationException(problem.ToString());
        }
    }
}
