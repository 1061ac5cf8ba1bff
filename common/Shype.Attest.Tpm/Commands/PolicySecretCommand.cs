using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_PolicySecret (TPM 2.0 Part 3, 23.4), as a step that holds for the session only: no nonce, no expiry.</summary>
/// <param name="Authority">The entity whose auth value must be proven.</param>
/// <param name="Session">The policy session.</param>
public sealed record PolicySecretCommand(Handle Authority, Handle Session) : ITpmCommand<PolicySecretResponse>
{
    CommandCode ITpmCommand<PolicySecretResponse>.Code => CommandCode.PolicySecret;

    IReadOnlyList<Handle> ITpmCommand<PolicySecretResponse>.HandleArea => [Authority, Session];

    int ITpmCommand<PolicySecretResponse>.AuthorizedHandles => 1;

    bool ITpmCommand<PolicySecretResponse>.SendsSized => true;

    bool ITpmCommand<PolicySecretResponse>.ReturnsSized => true;

    void ITpmCommand<PolicySecretResponse>.WriteParameters(ref TpmWriter writer)
    {
        writer.WriteSized([]);
        writer.WriteSized([]);
        writer.WriteSized([]);
        writer.WriteUInt32(0);
    }

    PolicySecretResponse ITpmCommand<PolicySecretResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(parameters.ReadSized("timeout", WireLimits.MaxDigestBytes).ToArray(), Ticket.Read(ref parameters));
}

/// <summary>What <see cref="PolicySecretCommand"/> returns.</summary>
/// <param name="Timeout">TPM2B_TIMEOUT's contents: when the ticket ends.</param>
/// <param name="Ticket">A null ticket, since none was asked for.</param>
public sealed record PolicySecretResponse(byte[] Timeout, Ticket Ticket);
