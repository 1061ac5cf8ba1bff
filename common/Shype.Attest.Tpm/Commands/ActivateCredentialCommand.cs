using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_ActivateCredential (TPM 2.0 Part 3, 12.5): opens a credential that was made for this key in this TPM. <see cref="CredentialActivation"/> authorises the endorsement key as well.</summary>
/// <param name="Key">The key that the credential is for.</param>
/// <param name="Ek">The endorsement key.</param>
/// <param name="IdObject">TPM2B_ID_OBJECT with its size.</param>
/// <param name="EncryptedSecret">TPM2B_ENCRYPTED_SECRET with its size.</param>
public sealed record ActivateCredentialCommand(Handle Key, Handle Ek, byte[] IdObject, byte[] EncryptedSecret) : ITpmCommand<ActivateCredentialResponse>
{
    CommandCode ITpmCommand<ActivateCredentialResponse>.Code => CommandCode.ActivateCredential;

    IReadOnlyList<Handle> ITpmCommand<ActivateCredentialResponse>.HandleArea => [Key, Ek];

    int ITpmCommand<ActivateCredentialResponse>.AuthorizedHandles => 2;

    bool ITpmCommand<ActivateCredentialResponse>.SendsSized => true;

    bool ITpmCommand<ActivateCredentialResponse>.ReturnsSized => true;

    void ITpmCommand<ActivateCredentialResponse>.WriteParameters(ref TpmWriter writer)
    {
        writer.WriteBytes(IdObject);
        writer.WriteBytes(EncryptedSecret);
    }

    ActivateCredentialResponse ITpmCommand<ActivateCredentialResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(parameters.ReadDigest("certInfo"));
}

/// <summary>What <see cref="ActivateCredentialCommand"/> returns.</summary>
/// <param name="Secret">The credential: keep it secret.</param>
public sealed record ActivateCredentialResponse(byte[] Secret);
