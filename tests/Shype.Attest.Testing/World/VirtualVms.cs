using Shype.Attest.Measurement.Records;
using Shype.Attest.Testing.Measurement;

namespace Shype.Attest.Testing.World;

/// <summary>VMs of the example policy's tenants.</summary>
public static class VirtualVms
{
    /// <summary>The shop's front end.</summary>
    public static VmStartContent Web { get; } = Of(1, "web", "Shop.Web");

    /// <summary>The shop's database.</summary>
    public static VmStartContent Database { get; } = Of(2, "db", "Shop.Database");

    /// <summary>A bank.</summary>
    public static VmStartContent BankA { get; } = Of(3, "bank-a", "Bank.A");

    /// <summary>Its competitor.</summary>
    public static VmStartContent BankB { get; } = Of(4, "bank-b", "Bank.B");

    /// <summary>A VM with everything that is measured.</summary>
    public static VmStartContent Of(int number, string name, string? label) => new()
    {
        Uuid = SampleLog.Uuid(number),
        Name = name,
        Label = label,
        ConfigDigest = SampleLog.Digest($"{name} config"),
        KernelDigest = SampleLog.Digest($"{name} kernel"),
        InitrdDigest = SampleLog.Digest($"{name} initrd"),
        FirmwareDigest = SampleLog.Digest($"{name} firmware"),
        Disks = [new("xvda", SampleLog.Digest($"{name} root"), ReadOnly: true), new("xvdb", null, ReadOnly: false)],
        Mutable = false,
    };
}
