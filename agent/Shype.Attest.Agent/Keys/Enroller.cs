using System.Security.Cryptography;
using Shype.Attest.Agent.Http;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Agent.Keys;

/// <summary>
/// Makes this host known to the verifier: shows endorsement and attestation key, opens the credential that only this TPM can open, and keeps id and
/// token. Done again it is the same host.
/// </summary>
public static class Enroller
{
    /// <summary>Enrols.</summary>
    /// <exception cref="VerifierException">The verifier refused, or could not be asked.</exception>
    public static Task<EnrolmentResult> RunAsync(AgentContext agent, VerifierClient verifier, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(agent);
        return RunAsync(agent, verifier, tpm => AttestationKey.ReadOrCreate(agent.State, tpm, agent.Options.AttestationKey), cancellationToken);
    }

    /// <summary>
    /// Enrols with a new attestation key. The one before is kept until the verifier has taken the new one: killed in between, or refused, the host
    /// is enrolled again with whatever key it has.
    /// </summary>
    /// <exception cref="VerifierException">The verifier refused, or could not be asked.</exception>
    public static Task<EnrolmentResult> RotateAsync(AgentContext agent, VerifierClient verifier, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(agent);
        return RunAsync(agent, verifier, tpm => AttestationKey.Create(tpm, agent.Options.AttestationKey), cancellationToken);
    }

    private static async Task<EnrolmentResult> RunAsync(
        AgentContext agent, VerifierClient verifier, Func<TpmClient, AttestationKey> findKey, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        var (invitation, certificates) = (EnrolmentFiles.Invitation(agent.Options), EnrolmentFiles.AkCertificates(agent.Options));
        // The network is asked between two pieces of work with the TPM, not within one: a slow verifier must not keep a VM from starting.
        var (identity, key) = agent.WithTpm(
            tpm => (EndorsementIdentity.Read(tpm), findKey(tpm)), cancellationToken);
        var challenge = await verifier.EnrolAsync(
            new EnrolmentRequest
            {
                HostName = agent.Options.HostName,
                EkCertificates = identity.Certificates,
                EkPublic = identity.Public,
                AkPublic = TpmWire.ToSizedBytes(key.Public),
                AkCertificates = certificates,
            },
            cancellationToken).ConfigureAwait(false);
        var secret = agent.WithTpm(tpm => Activate(tpm, key, identity, challenge), cancellationToken);
        try
        {
            var proof = EnrolmentProof.Proof(secret, challenge.EnrolmentId, key.Name.Bytes.Span, SHA256.HashData(identity.Public));
            var result = await verifier.ActivateAsync(challenge.EnrolmentId, new EnrolmentActivation { Proof = proof, Invitation = invitation }, cancellationToken).ConfigureAwait(false);
            if (result.HostId != challenge.HostId)
            {
                throw new AgentException(ExitCode.CouldNot, "the verifier gave two different host ids in one enrolment; nothing was kept");
            }

            key.Write(agent.State);
            new Enrolment { HostId = result.HostId, Token = EnrolmentProof.AgentToken(secret, result.HostId) }.Write(agent.State);
            return result;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static byte[] Activate(TpmClient tpm, AttestationKey key, EndorsementIdentity identity, EnrolmentChallenge challenge)
    {
        if (challenge.CredentialBlob.Length > MaxCredentialBytes || challenge.EncryptedSecret.Length > MaxCredentialBytes)
        {
            throw new AgentException(ExitCode.CouldNot, $"the verifier's credential is larger than {MaxCredentialBytes} bytes, which no TPM takes");
        }

        using var loaded = key.Load(tpm);
        using var endorsement = EndorsementKey.Create(tpm, identity.Template);
        return CredentialActivation.Activate(tpm, loaded, endorsement, challenge.CredentialBlob, challenge.EncryptedSecret);
    }

    // TPM2B_ENCRYPTED_SECRET of an RSA-4096 key, and room.
    private const int MaxCredentialBytes = 600;
}
