using Shype.Attest.Tpm.Commands;

namespace Shype.Attest.Tpm.Client;

/// <summary>Opens credentials, which proves that a key is in the TPM of an endorsement key (TPM 2.0 Part 1, 24).</summary>
public static class CredentialActivation
{
    /// <summary>Opens a credential.</summary>
    /// <param name="client">The TPM.</param>
    /// <param name="key">The key that it was made for, with an empty auth value.</param>
    /// <param name="ek">The endorsement key, of a low-range template (PolicyA).</param>
    /// <param name="idObject">TPM2B_ID_OBJECT with its size.</param>
    /// <param name="encryptedSecret">TPM2B_ENCRYPTED_SECRET with its size.</param>
    /// <param name="endorsementAuth">The endorsement hierarchy's auth value, where it has one.</param>
    /// <returns>The secret. It came encrypted from the TPM, in a session salted to the endorsement key.</returns>
    /// <exception cref="TpmException">Above all TPM_RC_INTEGRITY: it was made for another key, or another TPM.</exception>
    public static byte[] Activate(
        TpmClient client, LoadedObject key, LoadedObject ek, byte[] idObject, byte[] encryptedSecret, TpmSession? endorsementAuth = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(ek);
        using var session = EndorsementKey.Authorize(client, new SessionOptions { Salt = new SessionSalt(ek.Handle, ek.Public), EncryptResponses = true }, endorsementAuth);
        return client.Execute(new ActivateCredentialCommand(key.Handle, ek.Handle, idObject, encryptedSecret), TpmSession.Password([]), session).Secret;
    }
}
