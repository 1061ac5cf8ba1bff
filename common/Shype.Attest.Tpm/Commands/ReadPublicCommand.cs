using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_ReadPublic (TPM 2.0 Part 3, 12.4).</summary>
/// <param name="Subject">A loaded or persistent object.</param>
public sealed record ReadPublicCommand(Handle Subject) : ITpmCommand<ReadPublicResponse>
{
    CommandCode ITpmCommand<ReadPublicResponse>.Code => CommandCode.ReadPublic;

    IReadOnlyList<Handle> ITpmCommand<ReadPublicResponse>.HandleArea => [Subject];

    bool ITpmCommand<ReadPublicResponse>.ReturnsSized => true;

    void ITpmCommand<ReadPublicResponse>.WriteParameters(ref TpmWriter writer)
    {
    }

    ReadPublicResponse ITpmCommand<ReadPublicResponse>.ReadResponse(Handle handle, ref TpmReader parameters)
    {
        var area = TpmWire.ReadSized<PublicArea>(ref parameters, WireLimits.MaxPublicBytes);
        return new ReadPublicResponse(area, parameters.ReadNameOf(area), parameters.ReadName("qualifiedName"));
    }
}

/// <summary>What <see cref="ReadPublicCommand"/> returns.</summary>
/// <param name="Public">The public area.</param>
/// <param name="Name">The name, checked against the public area.</param>
/// <param name="QualifiedName">The name with those of all parents.</param>
public sealed record ReadPublicResponse(PublicArea Public, TpmName Name, TpmName QualifiedName);
