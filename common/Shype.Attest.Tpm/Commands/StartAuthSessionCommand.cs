using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_StartAuthSession (TPM 2.0 Part 3, 11.1). <see cref="TpmClient.StartHmacSession"/> and <see cref="TpmClient.StartPolicySession"/> do the arithmetic.</summary>
/// <param name="SaltKey">The key that the salt is encrypted to, or null.</param>
/// <param name="Bind">The entity whose auth value enters the session key, or null.</param>
/// <param name="NonceCaller">Our first nonce.</param>
/// <param name="EncryptedSalt">Contents of TPM2B_ENCRYPTED_SECRET; empty without a key.</param>
/// <param name="Type">What kind of session.</param>
/// <param name="Symmetric">The cipher for parameters.</param>
/// <param name="Hash">The session's hash.</param>
public sealed record StartAuthSessionCommand(Handle SaltKey, Handle Bind, byte[] NonceCaller, byte[] EncryptedSalt, SessionType Type, SymmetricDefinition Symmetric, AlgorithmId Hash) : ITpmCommand<StartAuthSessionResponse>
{
    CommandCode ITpmCommand<StartAuthSessionResponse>.Code => CommandCode.StartAuthSession;

    IReadOnlyList<Handle> ITpmCommand<StartAuthSessionResponse>.HandleArea => [SaltKey, Bind];

    bool ITpmCommand<StartAuthSessionResponse>.ReturnsHandle => true;

    void ITpmCommand<StartAuthSessionResponse>.WriteParameters(ref TpmWriter writer)
    {
        writer.WriteSized(NonceCaller);
        writer.WriteSized(EncryptedSalt);
        writer.WriteByte((byte)Type);
        Symmetric.Write(ref writer);
        writer.WriteAlgorithm(Hash);
    }

    StartAuthSessionResponse ITpmCommand<StartAuthSessionResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(handle, parameters.ReadSized("nonceTPM", WireLimits.MaxNonceBytes).ToArray());
}

/// <summary>What <see cref="StartAuthSessionCommand"/> returns.</summary>
/// <param name="Session">The session's handle.</param>
/// <param name="NonceTpm">The TPM's first nonce.</param>
public sealed record StartAuthSessionResponse(Handle Session, byte[] NonceTpm);

/// <summary>TPM_SE (TPM 2.0 Part 2, 6.11).</summary>
public enum SessionType
{
    /// <summary>TPM_SE_HMAC.</summary>
    Hmac = 0,

    /// <summary>TPM_SE_POLICY.</summary>
    Policy = 1,

    /// <summary>TPM_SE_TRIAL: computes a policy's digest and authorises nothing.</summary>
    Trial = 3,
}
