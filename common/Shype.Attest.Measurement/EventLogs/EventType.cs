using System.Globalization;

namespace Shype.Attest.Measurement.EventLogs;

/// <summary>
/// What a firmware event says that it is (PFP 1.05, 10.4.1). UNTRUSTED: replay authenticates only PCR and digest, so whoever edits a log can write any
/// type beside a true digest. Nothing may be concluded from a type alone.
/// </summary>
public enum EventType : uint
{
    /// <summary>EV_PREBOOT_CERT.</summary>
    PrebootCert = 0,

    /// <summary>EV_POST_CODE.</summary>
    PostCode = 1,

    /// <summary>EV_UNUSED.</summary>
    Unused = 2,

    /// <summary>EV_NO_ACTION: for the reader of the log only, never extended.</summary>
    NoAction = 3,

    /// <summary>EV_SEPARATOR.</summary>
    Separator = 4,

    /// <summary>EV_ACTION.</summary>
    Action = 5,

    /// <summary>EV_EVENT_TAG.</summary>
    EventTag = 6,

    /// <summary>EV_S_CRTM_CONTENTS.</summary>
    CrtmContents = 7,

    /// <summary>EV_S_CRTM_VERSION.</summary>
    CrtmVersion = 8,

    /// <summary>EV_CPU_MICROCODE.</summary>
    CpuMicrocode = 9,

    /// <summary>EV_PLATFORM_CONFIG_FLAGS.</summary>
    PlatformConfigFlags = 0xa,

    /// <summary>EV_TABLE_OF_DEVICES.</summary>
    TableOfDevices = 0xb,

    /// <summary>EV_COMPACT_HASH.</summary>
    CompactHash = 0xc,

    /// <summary>EV_IPL.</summary>
    Ipl = 0xd,

    /// <summary>EV_IPL_PARTITION_DATA.</summary>
    IplPartitionData = 0xe,

    /// <summary>EV_NONHOST_CODE.</summary>
    NonhostCode = 0xf,

    /// <summary>EV_NONHOST_CONFIG.</summary>
    NonhostConfig = 0x10,

    /// <summary>EV_NONHOST_INFO.</summary>
    NonhostInfo = 0x11,

    /// <summary>EV_OMIT_BOOT_DEVICE_EVENTS.</summary>
    OmitBootDeviceEvents = 0x12,

    /// <summary>EV_POST_CODE2.</summary>
    PostCode2 = 0x13,

    /// <summary>EV_EFI_EVENT_BASE.</summary>
    EfiEventBase = 0x8000_0000,

    /// <summary>EV_EFI_VARIABLE_DRIVER_CONFIG.</summary>
    EfiVariableDriverConfig = 0x8000_0001,

    /// <summary>EV_EFI_VARIABLE_BOOT.</summary>
    EfiVariableBoot = 0x8000_0002,

    /// <summary>EV_EFI_BOOT_SERVICES_APPLICATION.</summary>
    EfiBootServicesApplication = 0x8000_0003,

    /// <summary>EV_EFI_BOOT_SERVICES_DRIVER.</summary>
    EfiBootServicesDriver = 0x8000_0004,

    /// <summary>EV_EFI_RUNTIME_SERVICES_DRIVER.</summary>
    EfiRuntimeServicesDriver = 0x8000_0005,

    /// <summary>EV_EFI_GPT_EVENT.</summary>
    EfiGptEvent = 0x8000_0006,

    /// <summary>EV_EFI_ACTION.</summary>
    EfiAction = 0x8000_0007,

    /// <summary>EV_EFI_PLATFORM_FIRMWARE_BLOB.</summary>
    EfiPlatformFirmwareBlob = 0x8000_0008,

    /// <summary>EV_EFI_HANDOFF_TABLES.</summary>
    EfiHandoffTables = 0x8000_0009,

    /// <summary>EV_EFI_PLATFORM_FIRMWARE_BLOB2.</summary>
    EfiPlatformFirmwareBlob2 = 0x8000_000a,

    /// <summary>EV_EFI_HANDOFF_TABLES2.</summary>
    EfiHandoffTables2 = 0x8000_000b,

    /// <summary>EV_EFI_VARIABLE_BOOT2.</summary>
    EfiVariableBoot2 = 0x8000_000c,

    /// <summary>EV_EFI_GPT_EVENT2.</summary>
    EfiGptEvent2 = 0x8000_000d,

    /// <summary>EV_EFI_HCRTM_EVENT.</summary>
    EfiHcrtmEvent = 0x8000_0010,

    /// <summary>EV_EFI_VARIABLE_AUTHORITY.</summary>
    EfiVariableAuthority = 0x8000_00e0,

    /// <summary>EV_EFI_SPDM_FIRMWARE_BLOB.</summary>
    EfiSpdmFirmwareBlob = 0x8000_00e1,

    /// <summary>EV_EFI_SPDM_FIRMWARE_CONFIG.</summary>
    EfiSpdmFirmwareConfig = 0x8000_00e2,

    /// <summary>EV_EFI_SPDM_DEVICE_POLICY.</summary>
    EfiSpdmDevicePolicy = 0x8000_00e3,

    /// <summary>EV_EFI_SPDM_DEVICE_AUTHORITY.</summary>
    EfiSpdmDeviceAuthority = 0x8000_00e4,
}

/// <summary>The TCG's names of event types.</summary>
public static class EventTypes
{
    /// <summary>"EV_SEPARATOR", or the number in hex for a type without a name.</summary>
    public static string ToText(this EventType type) =>
        Names.TryGetValue(type, out var name) ? name : "0x" + ((uint)type).ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>Whether the type is one that the profile names.</summary>
    public static bool IsKnown(this EventType type) => Names.ContainsKey(type);

    private static readonly Dictionary<EventType, string> Names = new()
    {
        [EventType.PrebootCert] = "EV_PREBOOT_CERT",
        [EventType.PostCode] = "EV_POST_CODE",
        [EventType.Unused] = "EV_UNUSED",
        [EventType.NoAction] = "EV_NO_ACTION",
        [EventType.Separator] = "EV_SEPARATOR",
        [EventType.Action] = "EV_ACTION",
        [EventType.EventTag] = "EV_EVENT_TAG",
        [EventType.CrtmContents] = "EV_S_CRTM_CONTENTS",
        [EventType.CrtmVersion] = "EV_S_CRTM_VERSION",
        [EventType.CpuMicrocode] = "EV_CPU_MICROCODE",
        [EventType.PlatformConfigFlags] = "EV_PLATFORM_CONFIG_FLAGS",
        [EventType.TableOfDevices] = "EV_TABLE_OF_DEVICES",
        [EventType.CompactHash] = "EV_COMPACT_HASH",
        [EventType.Ipl] = "EV_IPL",
        [EventType.IplPartitionData] = "EV_IPL_PARTITION_DATA",
        [EventType.NonhostCode] = "EV_NONHOST_CODE",
        [EventType.NonhostConfig] = "EV_NONHOST_CONFIG",
        [EventType.NonhostInfo] = "EV_NONHOST_INFO",
        [EventType.OmitBootDeviceEvents] = "EV_OMIT_BOOT_DEVICE_EVENTS",
        [EventType.PostCode2] = "EV_POST_CODE2",
        [EventType.EfiEventBase] = "EV_EFI_EVENT_BASE",
        [EventType.EfiVariableDriverConfig] = "EV_EFI_VARIABLE_DRIVER_CONFIG",
        [EventType.EfiVariableBoot] = "EV_EFI_VARIABLE_BOOT",
        [EventType.EfiBootServicesApplication] = "EV_EFI_BOOT_SERVICES_APPLICATION",
        [EventType.EfiBootServicesDriver] = "EV_EFI_BOOT_SERVICES_DRIVER",
        [EventType.EfiRuntimeServicesDriver] = "EV_EFI_RUNTIME_SERVICES_DRIVER",
        [EventType.EfiGptEvent] = "EV_EFI_GPT_EVENT",
        [EventType.EfiAction] = "EV_EFI_ACTION",
        [EventType.EfiPlatformFirmwareBlob] = "EV_EFI_PLATFORM_FIRMWARE_BLOB",
        [EventType.EfiHandoffTables] = "EV_EFI_HANDOFF_TABLES",
        [EventType.EfiPlatformFirmwareBlob2] = "EV_EFI_PLATFORM_FIRMWARE_BLOB2",
        [EventType.EfiHandoffTables2] = "EV_EFI_HANDOFF_TABLES2",
        [EventType.EfiVariableBoot2] = "EV_EFI_VARIABLE_BOOT2",
        [EventType.EfiGptEvent2] = "EV_EFI_GPT_EVENT2",
        [EventType.EfiHcrtmEvent] = "EV_EFI_HCRTM_EVENT",
        [EventType.EfiVariableAuthority] = "EV_EFI_VARIABLE_AUTHORITY",
        [EventType.EfiSpdmFirmwareBlob] = "EV_EFI_SPDM_FIRMWARE_BLOB",
        [EventType.EfiSpdmFirmwareConfig] = "EV_EFI_SPDM_FIRMWARE_CONFIG",
        [EventType.EfiSpdmDevicePolicy] = "EV_EFI_SPDM_DEVICE_POLICY",
        [EventType.EfiSpdmDeviceAuthority] = "EV_EFI_SPDM_DEVICE_AUTHORITY",
    };
}
