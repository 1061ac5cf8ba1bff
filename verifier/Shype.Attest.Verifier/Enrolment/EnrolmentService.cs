using System.Security.Cryptography;
using System.Text.Json;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Enrolment;

/// <summary>
/// Takes hosts in: keys and certificates are appraised, then the TPM must open a credential that only it can, and only for the attestation key
/// that will be kept (rule K3). Nothing is kept on disk before that.
/// </summary>
internal sealed class EnrolmentService(
    TrustStore trust, HostDirectory hosts, LiveHosts live, PendingEnrolments pending, VerifierOptions options, TimeProvider clock,
    ILogger<EnrolmentService> log)
    : IDisposable
{
    // Certificate paths cost milliseconds, and anybody may ask: they never take all processors.
    private readonly SemaphoreSlim _places = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>A challenge to the host's TPM, or what is wrong with its keys.</summary>
    public async Task<(EnrolmentChallenge? Challenge, IReadOnlyList<Finding> Findings)> BeginAsync(EnrolmentRequest request, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            return Begin(request);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Takes the answer: null for an enrolment that is unknown, used or late; a verdict of null for a wrong answer.</summary>
    public async Task<ActivationOutcome> ActivateAsync(string enrolmentId, EnrolmentActivation activation, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (pending.Take(enrolmentId, now) is not { } taken)
        {
            return new ActivationOutcome(IsKnown: false, IsProven: false, null);
        }

        var expected = EnrolmentProof.Proof(taken.Secret, taken.Id, taken.AkName.Bytes.Span, taken.EkDigest);
        if (!CryptographicOperations.FixedTimeEquals(expected, activation.Proof))
        {
            log.ActivationFailed(taken.HostId, taken.Request.HostName);
            return new ActivationOutcome(IsKnown: true, IsProven: false, null);
        }

        if (!ReferenceEquals(taken.Policy, trust.Policy) && EnrolmentAppraiser.Appraise(taken.Request, trust.Policy, now).Findings.Any(finding => finding.IsFailure))
        {
            // Trust changed between question and answer.
            return new ActivationOutcome(IsKnown: false, IsProven: false, null);
        }

        var request = JsonSerializer.SerializeToUtf8Bytes(taken.Request, ProtocolJson.Default.EnrolmentRequest);
        var outcome = await hosts.EnrolAsync(
            new HostEnrolment
            {
                Host = ToHost(taken, now),
                At = now,
                EkCertificates = taken.Request.EkCertificates,
                Request = request,
                Keys = taken.Keys,
                InvitationDigest = activation.Invitation is { } token ? TokenDigest.Of(token).ToBytes() : null,
                NeedsFingerprint = PinnedKeys.NeedsFingerprint(taken.Findings, options),
            },
            cancellationToken);
        if (!ReferenceEquals(taken.Policy, trust.Policy))
        {
            await trust.CatchUpAsync();
        }

        CryptographicOperations.ZeroMemory(taken.Secret);
        if (outcome.Host is { } host)
        {
            // An agent with the token of before speaks for nobody any more.
            live.Drop(host.Id);
            log.Enrolled(host.Id, host.Name, outcome.Verdict, host.State);
        }
        else
        {
            log.EnrolmentRefused(taken.HostId, taken.Request.HostName, outcome.Verdict);
        }

        return new ActivationOutcome(IsKnown: true, IsProven: true, outcome);
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    private (EnrolmentChallenge? Challenge, IReadOnlyList<Finding> Findings) Begin(EnrolmentRequest request)
    {
        var now = clock.GetUtcNow();
        var policy = trust.Policy;
        var appraisal = EnrolmentAppraiser.Appraise(request, policy, now);
        var findings = HostIds.IsId(request.HostName)
            ? [.. appraisal.Findings, new Finding(FindingCode.HostNameRefused, "host name", Detail: "it looks like a host's id")]
            : appraisal.Findings;
        if (findings.Any(finding => finding.IsFailure))
        {
            log.KeysRefused(request.HostName, findings.First(finding => finding.IsFailure).Kind.Text);
            return (null, findings);
        }

        var entry = new PendingEnrolment
        {
            Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(EnrolmentIdBytes)),
            Request = request,
            HostId = HostIds.Of(appraisal.EkDigest),
            Policy = policy,
            EkDigest = appraisal.EkDigest,
            AkName = appraisal.AkName!,
            EkIssuer = appraisal.Issuer,
            Keys = ExpectedKeys.Of(appraisal),
            Findings = StoredFindings.Write(findings),
            Secret = RandomNumberGenerator.GetBytes(SecretBytes),
            Expires = now + options.EnrolmentLifetime,
        };
        var credential = CredentialMaker.Make(appraisal.EndorsementKey!, entry.AkName, entry.Secret);
        pending.Add(entry, now);
        return (new EnrolmentChallenge
        {
            EnrolmentId = entry.Id,
            HostId = entry.HostId,
            CredentialBlob = credential.IdObject,
            EncryptedSecret = credential.EncryptedSecret,
            Expires = entry.Expires,
        }, []);
    }

    private HostRecord ToHost(PendingEnrolment taken, DateTimeOffset now) => new()
    {
        Id = taken.HostId,
        Name = taken.Request.HostName,
        // A key that nobody certified waits for the fingerprint, whatever else is let in.
        State = options.RequireApproval || PinnedKeys.NeedsFingerprint(taken.Findings, options) ? HostState.Pending : HostState.Enrolled,
        EkDigest = taken.EkDigest,
        EkIssuer = taken.EkIssuer,
        AkPublic = taken.Request.AkPublic,
        AkName = taken.AkName.Bytes.ToArray(),
        TokenDigest = TokenDigest.Of(EnrolmentProof.AgentToken(taken.Secret, taken.HostId)).ToBytes(),
        EnrolmentFindings = taken.Findings,
        EnrolledAt = now,
    };

    private const int EnrolmentIdBytes = 16;

    // Fits the smallest hash that an endorsement key may have (SHA-256): TPM 2.0 Part 1, 24.2.
    private const int SecretBytes = 32;
}

/// <summary>What came of an answer.</summary>
/// <param name="IsKnown">Whether there was such an enrolment, unused and in time.</param>
/// <param name="IsProven">Whether the answer was right.</param>
/// <param name="Outcome">What became of the host then.</param>
internal sealed record ActivationOutcome(bool IsKnown, bool IsProven, EnrolmentOutcome? Outcome);
