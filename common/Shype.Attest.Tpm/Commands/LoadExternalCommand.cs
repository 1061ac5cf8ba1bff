using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_LoadExternal (TPM 2.0 Part 3, 12.3), for public keys of others.</summary>
/// <param name="Public">The key.</param>
/// <param name="Hierarchy">The hierarchy that tickets made with it belong to.</param>
public sealed record LoadExternalCommand(PublicArea Public, Handle Hierarchy) : ITpmCommand<LoadExternalResponse>
{
    CommandCode ITpmCommand<LoadExternalResponse>.Code => CommandCode.LoadExternal;

    bool ITpmCommand<LoadExternalResponse>.ReturnsHandle => true;

    bool ITpmCommand<LoadExternalResponse>.SendsSized => true;

    bool ITpmCommand<LoadExternalResponse>.ReturnsSized => true;

    void ITpmCommand<LoadExternalResponse>.WriteParameters(ref TpmWriter writer)
    {
        writer.WriteSized([]);
        TpmWire.WriteSized(ref writer, Public);
        writer.WriteUInt32(Hierarchy.Value);
    }

    LoadExternalResponse ITpmCommand<LoadExternalResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(handle, parameters.ReadNameOf(Public));
}

/// <summary>What <see cref="LoadExternalCommand"/> returns.</summary>
/// <param name="Handle">The key, loaded.</param>
/// <param name="Name">Its name, checked against the public area.</param>
public sealed record LoadExternalResponse(Handle Handle, TpmName Name) : INamedObject;
