using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_Create (TPM 2.0 Part 3, 12.1): a new key under a parent. It is not loaded.</summary>
/// <param name="Parent">A storage key.</param>
/// <param name="Template">What the key shall be.</param>
/// <param name="Sensitive">Its auth value, and for sealed objects the data; null for an empty one.</param>
public sealed record CreateCommand(Handle Parent, PublicArea Template, SensitiveCreate? Sensitive = null) : ITpmCommand<CreateResponse>
{
    CommandCode ITpmCommand<CreateResponse>.Code => CommandCode.Create;

    IReadOnlyList<Handle> ITpmCommand<CreateResponse>.HandleArea => [Parent];

    int ITpmCommand<CreateResponse>.AuthorizedHandles => 1;

    bool ITpmCommand<CreateResponse>.SendsSized => true;

    bool ITpmCommand<CreateResponse>.ReturnsSized => true;

    void ITpmCommand<CreateResponse>.WriteParameters(ref TpmWriter writer)
    {
        TpmWire.WriteSized(ref writer, Sensitive ?? SensitiveCreate.Empty);
        TpmWire.WriteSized(ref writer, Template);
        writer.WriteSized([]);
        PcrSelectionList.Of().Write(ref writer);
    }

    CreateResponse ITpmCommand<CreateResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(
        parameters.ReadSized("outPrivate", WireLimits.MaxPrivateBytes).ToArray(),
        TpmWire.ReadSized<PublicArea>(ref parameters, WireLimits.MaxPublicBytes),
        CreationFacts.Read(ref parameters));
}

/// <summary>What <see cref="CreateCommand"/> returns.</summary>
/// <param name="Private">Contents of TPM2B_PRIVATE: the key, encrypted to its parent.</param>
/// <param name="Public">Its public area.</param>
/// <param name="Creation">How it was created.</param>
public sealed record CreateResponse(byte[] Private, PublicArea Public, CreationFacts Creation);
