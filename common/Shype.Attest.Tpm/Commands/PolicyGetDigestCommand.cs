using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_PolicyGetDigest (TPM 2.0 Part 3, 23.19).</summary>
/// <param name="Session">The policy session.</param>
public sealed record PolicyGetDigestCommand(Handle Session) : ITpmCommand<PolicyGetDigestResponse>
{
    CommandCode ITpmCommand<PolicyGetDigestResponse>.Code => CommandCode.PolicyGetDigest;

    IReadOnlyList<Handle> ITpmCommand<PolicyGetDigestResponse>.HandleArea => [Session];

    bool ITpmCommand<PolicyGetDigestResponse>.ReturnsSized => true;

    void ITpmCommand<PolicyGetDigestResponse>.WriteParameters(ref TpmWriter writer)
    {
    }

    PolicyGetDigestResponse ITpmCommand<PolicyGetDigestResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(parameters.ReadDigest("policyDigest"));
}

/// <summary>What <see cref="PolicyGetDigestCommand"/> returns.</summary>
/// <param name="Digest">The policy so far.</param>
public sealed record PolicyGetDigestResponse(byte[] Digest);
