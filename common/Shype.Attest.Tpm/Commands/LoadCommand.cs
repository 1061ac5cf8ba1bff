using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_Load (TPM 2.0 Part 3, 12.2): loads a key under its parent.</summary>
/// <param name="Parent">The key that it was created under.</param>
/// <param name="Private">Contents of TPM2B_PRIVATE.</param>
/// <param name="Public">Its public area.</param>
public sealed record LoadCommand(Handle Parent, byte[] Private, PublicArea Public) : ITpmCommand<LoadResponse>
{
    CommandCode ITpmCommand<LoadResponse>.Code => CommandCode.Load;

    IReadOnlyList<Handle> ITpmCommand<LoadResponse>.HandleArea => [Parent];

    int ITpmCommand<LoadResponse>.AuthorizedHandles => 1;

    bool ITpmCommand<LoadResponse>.ReturnsHandle => true;

    bool ITpmCommand<LoadResponse>.SendsSized => true;

    bool ITpmCommand<LoadResponse>.ReturnsSized => true;

    void ITpmCommand<LoadResponse>.WriteParameters(ref TpmWriter writer)
    {
        writer.WriteSized(Private);
        TpmWire.WriteSized(ref writer, Public);
    }

    LoadResponse ITpmCommand<LoadResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(handle, parameters.ReadNameOf(Public));
}

/// <summary>What <see cref="LoadCommand"/> returns.</summary>
/// <param name="Handle">The key, loaded.</param>
/// <param name="Name">Its name, checked against the public area.</param>
public sealed record LoadResponse(Handle Handle, TpmName Name) : INamedObject;
