using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_CreatePrimary (TPM 2.0 Part 3, 24.1): the key that hierarchy and template determine; the same template gives the same key.</summary>
/// <param name="Hierarchy">Owner, endorsement, platform or null.</param>
/// <param name="Template">What the key shall be.</param>
/// <param name="Sensitive">Its auth value; null for an empty one.</param>
public sealed record CreatePrimaryCommand(Handle Hierarchy, PublicArea Template, SensitiveCreate? Sensitive = null) : ITpmCommand<CreatePrimaryResponse>
{
    CommandCode ITpmCommand<CreatePrimaryResponse>.Code => CommandCode.CreatePrimary;

    IReadOnlyList<Handle> ITpmCommand<CreatePrimaryResponse>.HandleArea => [Hierarchy];

    int ITpmCommand<CreatePrimaryResponse>.AuthorizedHandles => 1;

    bool ITpmCommand<CreatePrimaryResponse>.ReturnsHandle => true;

    bool ITpmCommand<CreatePrimaryResponse>.SendsSized => true;

    bool ITpmCommand<CreatePrimaryResponse>.ReturnsSized => true;

    void ITpmCommand<CreatePrimaryResponse>.WriteParameters(ref TpmWriter writer)
    {
        TpmWire.WriteSized(ref writer, Sensitive ?? SensitiveCreate.Empty);
        TpmWire.WriteSized(ref writer, Template);
        writer.WriteSized([]);
        PcrSelectionList.Of().Write(ref writer);
    }

    CreatePrimaryResponse ITpmCommand<CreatePrimaryResponse>.ReadResponse(Handle handle, ref TpmReader parameters)
    {
        var area = TpmWire.ReadSized<PublicArea>(ref parameters, WireLimits.MaxPublicBytes);
        var creation = CreationFacts.Read(ref parameters);
        return new CreatePrimaryResponse(handle, area, creation, parameters.ReadNameOf(area));
    }
}

/// <summary>What <see cref="CreatePrimaryCommand"/> returns.</summary>
/// <param name="Handle">The key, loaded.</param>
/// <param name="Public">Its public area.</param>
/// <param name="Creation">How it was created.</param>
/// <param name="Name">Its name, checked against the public area.</param>
public sealed record CreatePrimaryResponse(Handle Handle, PublicArea Public, CreationFacts Creation, TpmName Name) : INamedObject;
