using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPMU_CAPABILITIES (TPM 2.0 Part 2, 10.10.1).</summary>
public abstract record CapabilityData;

/// <summary>TPML_ALG_PROPERTY (Part 2, 10.9.1).</summary>
/// <param name="Algorithms">Each with its TPMA_ALGORITHM.</param>
public sealed record AlgorithmList(IReadOnlyList<AlgorithmProperty> Algorithms) : CapabilityData
{
    internal static AlgorithmList Read(ref TpmReader reader)
    {
        var list = new AlgorithmProperty[reader.ReadCount("algorithms.count", WireLimits.MaxCapabilities, sizeof(ushort) + sizeof(uint))];
        for (var i = 0; i < list.Length; i++)
        {
            list[i] = new AlgorithmProperty(reader.ReadAlgorithm("alg"), reader.ReadUInt32("algProperties"));
        }

        return new AlgorithmList(list);
    }
}

/// <summary>TPMS_ALG_PROPERTY (Part 2, 10.8.1).</summary>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Attributes">TPMA_ALGORITHM.</param>
public readonly record struct AlgorithmProperty(AlgorithmId Algorithm, uint Attributes);

/// <summary>TPML_HANDLE (Part 2, 10.9.4).</summary>
/// <param name="Handles">The handles, ascending.</param>
public sealed record HandleList(IReadOnlyList<Handle> Handles) : CapabilityData
{
    internal static HandleList Read(ref TpmReader reader)
    {
        var list = new Handle[reader.ReadCount("handle.count", WireLimits.MaxCapabilities, sizeof(uint))];
        for (var i = 0; i < list.Length; i++)
        {
            list[i] = Handle.Read(ref reader);
        }

        return new HandleList(list);
    }
}

/// <summary>TPM_CAP_PCRS: the banks that are there, and their PCRs.</summary>
/// <param name="Banks">A bank without PCRs is not active.</param>
public sealed record PcrAllocation(PcrSelectionList Banks) : CapabilityData;

/// <summary>TPML_TAGGED_TPM_PROPERTY (Part 2, 10.9.8).</summary>
/// <param name="Properties">Each with its value.</param>
public sealed record PropertyList(IReadOnlyList<PropertyValue> Properties) : CapabilityData
{
    internal static PropertyList Read(ref TpmReader reader)
    {
        var list = new PropertyValue[reader.ReadCount("tpmProperty.count", WireLimits.MaxCapabilities, 2 * sizeof(uint))];
        for (var i = 0; i < list.Length; i++)
        {
            list[i] = new PropertyValue((TpmProperty)reader.ReadUInt32("property"), reader.ReadUInt32("value"));
        }

        return new PropertyList(list);
    }
}

/// <summary>TPMS_TAGGED_PROPERTY (Part 2, 10.8.2).</summary>
/// <param name="Property">The property.</param>
/// <param name="Value">Its value.</param>
public readonly record struct PropertyValue(TpmProperty Property, uint Value);

/// <summary>TPM_PT (TPM 2.0 Part 2, 6.13): those that are asked for by name here. A TPM tells many more.</summary>
public enum TpmProperty
{
    /// <summary>TPM_PT_FAMILY_INDICATOR: "2.0".</summary>
    FamilyIndicator = 0x100,

    /// <summary>TPM_PT_MANUFACTURER: four characters.</summary>
    Manufacturer = 0x105,

    /// <summary>TPM_PT_VENDOR_STRING_1.</summary>
    VendorString1 = 0x106,

    /// <summary>TPM_PT_FIRMWARE_VERSION_1.</summary>
    FirmwareVersion1 = 0x10b,

    /// <summary>TPM_PT_FIRMWARE_VERSION_2.</summary>
    FirmwareVersion2 = 0x10c,

    /// <summary>TPM_PT_NV_BUFFER_MAX: bytes in one read or write of an NV index.</summary>
    NvBufferMax = 0x12c,

    /// <summary>TPM_PT_PERMANENT: TPMA_PERMANENT.</summary>
    Permanent = 0x200,

    /// <summary>TPM_PT_LOCKOUT_COUNTER.</summary>
    LockoutCounter = 0x20e,
}
