using System.Globalization;
using System.Text;

namespace Shype.Attest.Agent.Sources;

/// <summary>
/// A VM's configuration where there is no file of it: one line for each fact, in this order, so that the same definition has the same digest on every
/// host. Where the images lie is not in it: their digests say what they are.
/// </summary>
internal static class ConfigurationText
{
    public static string Of(VmDefinition vm)
    {
        var text = new StringBuilder("shype-vm 1\n");
        text.Append(CultureInfo.InvariantCulture, $"name {vm.Name}\nuuid {vm.Uuid:D}\n");
        Add(vm.Label is not null, $"label {vm.Label}\n");
        Add(vm.KernelFile is not null, "kernel\n");
        Add(vm.InitrdFile is not null, "initrd\n");
        Add(vm.FirmwareFile is not null, "firmware\n");
        foreach (var disk in vm.Disks)
        {
            text.Append(CultureInfo.InvariantCulture, $"disk {disk.Name} {(disk.ReadOnly ? "read-only" : "writable")}\n");
        }

        return text.ToString();

        void Add(bool present, string line) => text.Append(present ? line : "");
    }
}
