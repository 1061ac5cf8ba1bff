using System.Text;
using Shype.Attest.Measurement.EventLogs;

namespace Shype.Attest.TpmSim.Boot;

/// <summary>What UEFI firmware measures up to its boot loader (PFP 1.05, 3.3.4), in EDK2's order and with its event data.</summary>
internal static class FirmwarePhase
{
    public static IEnumerable<BootEvent> Run(PlatformOptions options, BootEvents events)
    {
        yield return events.Data(0, EventType.CrtmVersion, new UefiData().Text(options.FirmwareVersion).ToArray());
        yield return events.Whole(0, EventType.EfiPlatformFirmwareBlob, new UefiData().UInt64(FirmwareAt).UInt64((ulong)options.Firmware.Length).ToArray(), options.Firmware);
        foreach (var variable in SecureBootVariables.Of(options.SecureBoot))
        {
            yield return events.Data(7, EventType.EfiVariableDriverConfig, variable.ToEventData());
        }

        yield return Separator(7, events);
        yield return events.Bytes(1, EventType.EfiHandoffTables, new UefiData().UInt64(1).Guid(Smbios).UInt64(SmbiosAt).ToArray(), Encoding.ASCII.GetBytes(SmbiosText));
        foreach (var rom in options.OptionRoms)
        {
            yield return events.Executable(2, EventType.EfiBootServicesDriver, Loaded(OptionRomAt, rom, DevicePath.NetworkCard()), rom);
        }

        // EDK2 hashes the value alone under EV_EFI_VARIABLE_BOOT, not name and value as for every other variable.
        foreach (var variable in BootVariables())
        {
            yield return events.Bytes(1, EventType.EfiVariableBoot, variable.ToEventData(), variable.Value);
        }

        yield return events.Data(4, EventType.EfiAction, "Calling EFI Application from Boot Option"u8.ToArray());
        for (var pcr = 0; pcr <= 6; pcr++)
        {
            yield return Separator(pcr, events);
        }

        yield return events.Data(5, EventType.EfiGptEvent, PartitionTable.ToEventData());
        if (options.SecureBoot)
        {
            yield return events.Data(7, EventType.EfiVariableAuthority, SecureBootVariables.Authority().ToEventData());
        }

        yield return events.Executable(4, EventType.EfiBootServicesApplication, Loaded(BootLoaderAt, options.BootLoader, DevicePath.BootLoader()), options.BootLoader);
    }

    /// <summary>What firmware measures when the operating system takes over.</summary>
    public static IEnumerable<BootEvent> HandOver(BootEvents events) =>
    [
        events.Data(5, EventType.EfiAction, "Exit Boot Services Invocation"u8.ToArray()),
        events.Data(5, EventType.EfiAction, "Exit Boot Services Returned with Success"u8.ToArray()),
    ];

    private static BootEvent Separator(int pcr, BootEvents events) => events.Data(pcr, EventType.Separator, new byte[4]);

    private static IEnumerable<UefiVariable> BootVariables()
    {
        var path = DevicePath.BootLoader();
        // EFI_LOAD_OPTION (UEFI 2.10, 3.1.3): active, length of the path, description, path.
        var option = new UefiData().UInt32(1).UInt16((ushort)path.Length).Text("debian").Bytes(path).ToArray();
        return
        [
            new UefiVariable(UefiVariable.Global, "BootOrder", new UefiData().UInt16(0).ToArray()),
            new UefiVariable(UefiVariable.Global, "Boot0000", option),
        ];
    }

    // UEFI_IMAGE_LOAD_EVENT (PFP 1.05, 10.2.3).
    private static byte[] Loaded(ulong address, BootImage image, byte[] path) =>
        new UefiData().UInt64(address).UInt64((ulong)image.Length).UInt64(0).UInt64((ulong)path.Length).Bytes(path).ToArray();

    // SMBIOS3_TABLE_GUID; the table itself holds nothing that names a machine (PFP 1.05, 3.3.4.2).
    private static readonly Guid Smbios = new("f2fd1544-9794-4a2c-992e-e5bbcf20e394");
    private const string SmbiosText = "Shype.Attest simulator: stands for the SMBIOS table";
    private const ulong FirmwareAt = 0xff84_0000;
    private const ulong SmbiosAt = 0x7f9e_c000;
    private const ulong OptionRomAt = 0x7e41_3018;
    private const ulong BootLoaderAt = 0x7d20_8018;
}
