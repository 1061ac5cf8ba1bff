using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.EventLogs.Events;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Testing.World;

/// <summary>An event of a measured boot.</summary>
/// <param name="Pcr">The PCR.</param>
/// <param name="Type">The type.</param>
/// <param name="Data">The data, a character for each byte.</param>
/// <param name="Measured">What is hashed, where it is not the data.</param>
/// <param name="Digest">The digest of what is measured, where its bytes are not at hand; in a bank of another hash its hash stands for it.</param>
public readonly record struct BootEvent(int Pcr, EventType Type, string Data, string? Measured = null, MeasuredDigest? Digest = null);

/// <summary>What firmware and GRUB measure when they start a hypervisor, as real ones write it.</summary>
public static class VirtualBoot
{
    /// <summary>A whole boot through UEFI into this hypervisor.</summary>
    public static IReadOnlyList<BootEvent> Of(HypervisorContent hypervisor, bool secureBoot = true) =>
        [.. Firmware(secureBoot), .. Grub(hypervisor), new(5, EventType.EfiAction, ActionEvent.ExitBootServices), new(5, EventType.EfiAction, ActionEvent.ExitBootServicesDone)];

    /// <summary>A boot by firmware without UEFI: PCR 0 to 7 are measured, what the boot loader loads is not.</summary>
    public static IReadOnlyList<BootEvent> WithoutUefi { get; } =
    [
        new(0, EventType.CrtmVersion, "virtual BIOS 1.0"), new(4, EventType.Action, "Calling INT 19h"), .. Enumerable.Range(0, 8).Select(Separator), new(4, EventType.Ipl, "MBR", "boot sector"),
    ];

    /// <summary>GRUB's events alone.</summary>
    public static IEnumerable<BootEvent> Grub(HypervisorContent hypervisor)
    {
        ArgumentNullException.ThrowIfNull(hypervisor);
        var isXen = hypervisor.Kind != "kvm";
        // Linux shows the file's name as BOOT_IMAGE= in front of its line; GRUB measures it without that.
        var line = hypervisor.CommandLine.StartsWith("BOOT_IMAGE=", StringComparison.Ordinal) ? hypervisor.CommandLine.Split(' ', 2)[^1] : hypervisor.CommandLine;
        var image = isXen ? "/boot/xen.gz" : "/boot/vmlinuz";
        yield return Text("grub_cmd", "configfile (hd0,gpt2)/boot/grub/grub.cfg");
        yield return new(9, EventType.Ipl, "(hd0,gpt2)/boot/grub/grub.cfg\0", "the configuration");
        yield return Text("grub_cmd", Join(isXen ? "multiboot2" : "linux", image, line));
        yield return new(9, EventType.Ipl, image + "\0", Digest: hypervisor.ImageDigest);
        yield return Text("kernel_cmdline", isXen ? line : Join(image, line));
        foreach (var module in hypervisor.Modules)
        {
            yield return Text("grub_cmd", isXen ? Join("module2 --nounzip", "/boot/" + module.Name, module.CommandLine) : Join("initrd", "/boot/" + module.Name));
            yield return new(9, EventType.Ipl, $"/boot/{module.Name}\0", Digest: module.Digest);
            if (isXen)
            {
                yield return Text("module_cmdline", module.CommandLine);
            }
        }
    }

    /// <summary>A variable's event.</summary>
    public static BootEvent Variable(EventType type, Guid vendor, string name, string value) => new(7, type,
        Bytes(vendor.ToByteArray()) + Bytes(BitConverter.GetBytes((ulong)name.Length)) + Bytes(BitConverter.GetBytes((ulong)value.Length)) + Bytes(Encoding.Unicode.GetBytes(name)) + value);

    private static IEnumerable<BootEvent> Firmware(bool secureBoot)
    {
        yield return new(0, EventType.CrtmVersion, "virtual firmware 1.0");
        yield return Variable(EventType.EfiVariableDriverConfig, UefiVariable.Global, "SecureBoot", secureBoot ? "\u0001" : "\0");
        foreach (var (vendor, name) in ((Guid, string)[])[(UefiVariable.Global, "PK"), (UefiVariable.Global, "KEK"), (UefiVariable.SecurityDatabase, "db"), (UefiVariable.SecurityDatabase, "dbx")])
        {
            yield return Variable(EventType.EfiVariableDriverConfig, vendor, name, Database(name));
        }

        yield return Separator(7);
        yield return new(4, EventType.EfiAction, ActionEvent.CallingApplication);
        for (var pcr = 0; pcr < 7; pcr++)
        {
            yield return Separator(pcr);
        }

        if (secureBoot)
        {
            yield return Variable(EventType.EfiVariableAuthority, UefiVariable.SecurityDatabase, "db", Signature("db"));
        }

        // UEFI_IMAGE_LOAD_EVENT without a path.
        yield return new(4, EventType.EfiBootServicesApplication, new string('\0', 32), "grubx64.efi");
    }

    private static BootEvent Separator(int pcr) => new(pcr, EventType.Separator, "\0\0\0\0");

    private static BootEvent Text(string prefix, string text) => new(8, EventType.Ipl, $"{prefix}: {text}\0", text);

    private static string Database(string name) => Bytes([
        .. new Guid("c1c41626-504c-4092-aca9-41f936934328").ToByteArray(), .. BitConverter.GetBytes(28 + 48), 0, 0, 0, 0, .. BitConverter.GetBytes(48)]) + Signature(name);

    private static string Signature(string name) => Bytes([.. new byte[16], .. SHA256.HashData(Encoding.ASCII.GetBytes(name))]);

    private static string Join(params string[] words) => string.Join(' ', words.Where(word => word.Length > 0));

    private static string Bytes(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
