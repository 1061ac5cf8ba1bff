using Shype.Attest.Appraisal.References;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal;

/// <summary>Everything an appraisal depends on besides the evidence. Nothing else is read: no clock, store, network or random.</summary>
public sealed record AppraisalContext
{
    /// <summary>The host's id, as enrolment gave it; the quote is bound to it.</summary>
    public required string HostId { get; init; }

    /// <summary>The host's name for people.</summary>
    public required string HostName { get; init; }

    /// <summary>The attestation key that the host enrolled, imported once and kept.</summary>
    public required VerificationKey AkKey { get; init; }

    /// <summary>The TPM name of that key.</summary>
    public required TpmName AkName { get; init; }

    /// <summary>The PCRs that the challenge asked for.</summary>
    public required IReadOnlyList<PcrRequest> Pcrs { get; init; }

    /// <summary>What <see cref="ChallengeNonce.Check"/> said about the nonce that came back.</summary>
    public ChallengeNonceProblem NonceProblem { get; init; }

    /// <summary>The one nonce that must be answered; null where <see cref="NonceProblem"/> speaks for whichever came back.</summary>
    public ReadOnlyMemory<byte>? ExpectedNonce { get; init; }

    /// <summary>What the last appraisal left; null for a host that was never appraised.</summary>
    public HostMemory? Memory { get; init; }

    /// <summary>Whether the quote that was accepted last may come again (<see cref="Appraiser.AppraiseAgain"/>).</summary>
    internal bool IsAgain { get; init; }

    /// <summary>What is known to be good.</summary>
    public required ReferenceSet References { get; init; }

    /// <summary>The policy file with this digest, of the file or of its meaning; null where the verifier has none.</summary>
    public Func<MeasuredDigest, ReadOnlyMemory<byte>?> KnownPolicy { get; init; } = _ => default(ReadOnlyMemory<byte>?);

    /// <summary>What is demanded beyond the references.</summary>
    public AppraisalRules Rules { get; init; } = AppraisalRules.Default;

    /// <summary>What enrolment found and every verdict must repeat, such as an endorsement key without a certificate.</summary>
    public IReadOnlyList<Finding> EnrolmentFindings { get; init; } = [];

    /// <summary>The time of the appraisal.</summary>
    public required DateTimeOffset Now { get; init; }
}
