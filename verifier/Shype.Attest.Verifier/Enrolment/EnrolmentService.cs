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
    TrustStore trust, HostDirectory hosts, LiveHosts live, IPendingEnrolments pending, EnrolmentSecret secrets, VerifierOptions options, TimeProvider clock,
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
            return await BeginInPlaceAsync(request, cancellationToken);
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
        if (await pending.TakeAsync(enrolmentId, now, cancellationToken) is not { } taken)
        {
            return ActivationOutcome.Unknown;
        }

        // From the request itself, as it was and by what is trusted now: nothing else was kept.
        var policy = trust.Policy;
        var appraisal = await AppraiseInPlaceAsync(taken.Request, policy, now, cancellationToken);
        if (appraisal.AkName is null || appraisal.Findings.Any(finding => finding.IsFailure))
        {
            // Trust changed between question and answer.
            return ActivationOutcome.Unknown;
        }

        if (secrets.Proven(taken, appraisal, activation.Proof) is not { } secret)
        {
            log.ActivationFailed(HostIds.Of(appraisal.EkDigest), taken.Request.HostName);
            return new ActivationOutcome(IsKnown: true, IsProven: false, null);
        }

        var record = ToHost(taken, appraisal, secret, now);
        CryptographicOperations.ZeroMemory(secret);
        return await TakeInAsync(record, taken, appraisal, policy, activation.Invitation, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    private async Task<ActivationOutcome> TakeInAsync(
        HostRecord record, PendingEnrolment taken, EnrolmentAppraisal appraisal, EkCertificatePolicy policy, string? invitation, CancellationToken cancellationToken)
    {
        var request = JsonSerializer.SerializeToUtf8Bytes(taken.Request, ProtocolJson.Default.EnrolmentRequest);
        var outcome = await hosts.EnrolAsync(
            new HostEnrolment
            {
                Host = record,
                At = record.EnrolledAt,
                EkCertificates = taken.Request.EkCertificates,
                Request = request,
                Keys = ExpectedKeys.Of(appraisal),
                InvitationDigest = invitation is { } token ? TokenDigest.Of(token).ToBytes() : null,
                NeedsFingerprint = PinnedKeys.NeedsFingerprint(record.EnrolmentFindings, options),
            },
            cancellationToken);
        if (!ReferenceEquals(policy, trust.Policy))
        {
            await trust.CatchUpAsync();
        }

        if (outcome.Host is { } host)
        {
            // An agent with the token of before speaks for nobody any more.
            live.Drop(host.Id);
            log.Enrolled(host.Id, host.Name, outcome.Verdict, host.State);
        }
        else
        {
            log.EnrolmentRefused(record.Id, record.Name, outcome.Verdict);
        }

        return new ActivationOutcome(IsKnown: true, IsProven: true, outcome);
    }

    private async Task<EnrolmentAppraisal> AppraiseInPlaceAsync(EnrolmentRequest request, EkCertificatePolicy policy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            return EnrolmentAppraiser.Appraise(request, policy, now);
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task<(EnrolmentChallenge? Challenge, IReadOnlyList<Finding> Findings)> BeginInPlaceAsync(EnrolmentRequest request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var appraisal = EnrolmentAppraiser.Appraise(request, trust.Policy, now);
        var findings = HostIds.IsId(request.HostName)
            ? [.. appraisal.Findings, new Finding(FindingCode.HostNameRefused, "host name", Detail: "it looks like a host's id")]
            : appraisal.Findings;
        if (findings.Any(finding => finding.IsFailure))
        {
            log.KeysRefused(request.HostName, findings.First(finding => finding.IsFailure).Kind.Text);
            return (null, findings);
        }

        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(EnrolmentIdBytes));
        // Whole milliseconds, as a store keeps them; the one that has begun counts.
        var expires = DateTimeOffset.FromUnixTimeMilliseconds((now + options.EnrolmentLifetime + TimeSpan.FromTicks(TimeSpan.TicksPerMillisecond - 1)).ToUnixTimeMilliseconds());
        var entry = new PendingEnrolment(id, request, expires);
        var secret = secrets.Of(entry, appraisal);
        var credential = CredentialMaker.Make(appraisal.EndorsementKey!, appraisal.AkName!, secret);
        CryptographicOperations.ZeroMemory(secret);
        await pending.AddAsync(entry, now, cancellationToken);
        return (new EnrolmentChallenge
        {
            EnrolmentId = entry.Id,
            HostId = HostIds.Of(appraisal.EkDigest),
            CredentialBlob = credential.IdObject,
            EncryptedSecret = credential.EncryptedSecret,
            Expires = entry.Expires,
        }, []);
    }

    private HostRecord ToHost(PendingEnrolment taken, EnrolmentAppraisal appraisal, byte[] secret, DateTimeOffset now)
    {
        var (id, findings) = (HostIds.Of(appraisal.EkDigest), StoredFindings.Write(appraisal.Findings));
        return new()
        {
            Id = id,
            Name = taken.Request.HostName,
            // A key that nobody certified waits for the fingerprint, whatever else is let in.
            State = options.RequireApproval || PinnedKeys.NeedsFingerprint(findings, options) ? HostState.Pending : HostState.Enrolled,
            EkDigest = appraisal.EkDigest,
            EkIssuer = appraisal.Issuer,
            AkPublic = taken.Request.AkPublic,
            AkName = appraisal.AkName!.Bytes.ToArray(),
            TokenDigest = TokenDigest.Of(EnrolmentProof.AgentToken(secret, id)).ToBytes(),
            EnrolmentFindings = findings,
            EnrolledAt = now,
        };
    }

    private const int EnrolmentIdBytes = 16;
}

/// <summary>What came of an answer.</summary>
/// <param name="IsKnown">Whether there was such an enrolment, unused and in time.</param>
/// <param name="IsProven">Whether the answer was right.</param>
/// <param name="Outcome">What became of the host then.</param>
internal sealed record ActivationOutcome(bool IsKnown, bool IsProven, EnrolmentOutcome? Outcome)
{
    /// <summary>There was none.</summary>
    public static ActivationOutcome Unknown { get; } = new(false, false, null);
}
