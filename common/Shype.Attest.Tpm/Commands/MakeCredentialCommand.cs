using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_MakeCredential (TPM 2.0 Part 3, 12.6): public arithmetic, done by a TPM. The verifier has <see cref="Crypto.CredentialMaker"/>.</summary>
/// <param name="Ek">The loaded endorsement key; its public area is enough.</param>
/// <param name="Secret">The credential.</param>
/// <param name="Name">The name of the key that it is for.</param>
public sealed record MakeCredentialCommand(Handle Ek, byte[] Secret, TpmName Name) : ITpmCommand<MakeCredentialResponse>
{
    CommandCode ITpmCommand<MakeCredentialResponse>.Code => CommandCode.MakeCredential;

    IReadOnlyList<Handle> ITpmCommand<MakeCredentialResponse>.HandleArea => [Ek];

    bool ITpmCommand<MakeCredentialResponse>.SendsSized => true;

    bool ITpmCommand<MakeCredentialResponse>.ReturnsSized => true;

    void ITpmCommand<MakeCredentialResponse>.WriteParameters(ref TpmWriter writer)
    {
        writer.WriteSized(Secret);
        writer.WriteName(Name);
    }

    MakeCredentialResponse ITpmCommand<MakeCredentialResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(parameters.ReadWholeSized("credentialBlob", WireLimits.MaxIdObjectBytes), parameters.ReadWholeSized("secret", WireLimits.MaxEncryptedSecretBytes));
}

/// <summary>What <see cref="MakeCredentialCommand"/> returns.</summary>
/// <param name="IdObject">TPM2B_ID_OBJECT with its size.</param>
/// <param name="EncryptedSecret">TPM2B_ENCRYPTED_SECRET with its size.</param>
public sealed record MakeCredentialResponse(byte[] IdObject, byte[] EncryptedSecret);
