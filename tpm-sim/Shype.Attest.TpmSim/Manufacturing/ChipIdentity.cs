namespace Shype.Attest.TpmSim.Manufacturing;

/// <summary>What a TPM says of itself (TPM_PT_*), and what its endorsement key's certificates therefore say of it.</summary>
/// <param name="Manufacturer">TPM_PT_MANUFACTURER: four characters, "IBM\0" for swtpm.</param>
/// <param name="Model">TPM_PT_VENDOR_STRING_1 to 4.</param>
/// <param name="FirmwareVersion">TPM_PT_FIRMWARE_VERSION_1.</param>
/// <param name="SpecificationLevel">TPM_PT_LEVEL.</param>
/// <param name="SpecificationRevision">TPM_PT_REVISION, 164 for 1.64.</param>
public sealed record ChipIdentity(uint Manufacturer, string Model, uint FirmwareVersion, uint SpecificationLevel, uint SpecificationRevision);
