using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>A host's attestation key, imported once: importing costs more than checking a signature.</summary>
/// <param name="Key">The key that checks quotes.</param>
/// <param name="Name">Its TPM name.</param>
internal sealed record HostKey(VerificationKey Key, TpmName Name)
{
    /// <summary>Imports the key of a row; enrolment let no key in that cannot be imported.</summary>
    public static HostKey Import(HostRecord host) =>
        TpmWire.TryParseSized<PublicArea>(host.AkPublic, out var area, out var malformed)
            ? VerificationKey.TryCreate(area, out var key, out var problem)
                ? new HostKey(key, TpmName.Of(area))
                : throw new StoreException($"the stored attestation key of host {host.Id} cannot be used: {problem.Problem}")
            : throw new StoreException($"the stored attestation key of host {host.Id} cannot be read: {malformed}");
}
