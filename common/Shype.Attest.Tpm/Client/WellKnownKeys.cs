using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Tpm.Client;

/// <summary>Keys that every owner of a TPM has at the same place (TCG TPM v2.0 Provisioning Guidance, 7.8).</summary>
public static class WellKnownKeys
{
    /// <summary>Where the storage root key is kept.</summary>
    public static Handle StorageRoot { get; } = new(0x8100_0001);

    /// <summary>
    /// The storage root key: the persistent one where it is there and can be a parent, else one made from the template, which gives the same key each time until
    /// the TPM is cleared.
    /// </summary>
    public static LoadedObject OpenStorageRoot(TpmClient client)
    {
        if (Capabilities.Has(client, StorageRoot))
        {
            var kept = LoadedObject.Of(client, StorageRoot);
            if (kept.Public.Attributes.HasFlag(ObjectAttributes.Restricted | ObjectAttributes.Decrypt))
            {
                return kept;
            }
        }

        return LoadedObject.CreatePrimary(client, Handle.Owner, KeyTemplates.SrkEccP256);
    }
}
