using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Testing.Measurement;

/// <summary>Logs of a host as the agent writes them: one record of every type, and as many VMs as a test needs.</summary>
public static class SampleLog
{
    /// <summary>The boot of every sample.</summary>
    public const string BootId = "5f0c8e5e-8a1f-4c0e-9d44-0c6d2f6f3a11";

    /// <summary>One content of every type, in an order that a log can have.</summary>
    public static IReadOnlyList<MeasurementContent> EveryType { get; } =
    [
        Boot(AlgorithmId.Sha256),
        new HypervisorContent
        {
            Kind = "xen",
            Version = "4.17.5",
            BuildId = "0b8e6d0f3a5c4f6f9f2f5b5e7d1c2a3b4c5d6e7f",
            ImageDigest = Digest("xen.gz"),
            CommandLine = "placeholder dom0_mem=2G flask=enforcing",
            Modules = [new("kernel", Digest("vmlinuz"), "root=/dev/sda1 ro"), new("initrd", Digest("initrd.img"), "")],
        },
        new PolicyContent
        {
            Module = "acm",
            Name = "example.chwall_ste",
            Version = "1.0",
            ActiveDigest = Digest("policy.bin"),
            SourceDigest = Digest("policy.xml"),
            CanonicalDigest = Digest("policy canonical"),
            Enforcing = true,
        },
        VmStart(1),
        new ResourceAttachContent { Uuid = Uuid(1), Kind = "disk", Name = "xvdb", Label = "red", Digest = Digest("extra.img") },
        new ResourceDetachContent { Uuid = Uuid(1), Kind = "disk", Name = "xvdb", Label = "red" },
        new MigrateInContent
        {
            Uuid = Uuid(2),
            Name = "vm-2",
            ConfigDigest = Digest("config 2"),
            Disks = [],
            Mutable = true,
            FromHost = "host-b.example.net",
        },
        new MigrateOutContent { Uuid = Uuid(2), Reason = "migrated", ToHost = "host-c.example.net" },
        new PolicyChangeContent { Module = "none", Name = "", Version = "", Enforcing = false, PreviousDigest = Digest("policy.bin") },
        new GapContent { Since = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123), AfterRecord = 8, Reason = "restarted late" },
        new VmStopContent { Uuid = Uuid(1), Reason = "shutdown" },
    ];

    /// <summary>The boot record.</summary>
    public static BootContent Boot(params IReadOnlyList<AlgorithmId> banks) => new()
    {
        BootId = BootId,
        AgentVersion = "0.1.0",
        AgentDigest = Digest("shype-agent"),
        Banks = banks,
        Pcrs = PcrPlan.Default,
        Gate = GateMode.Enforce,
    };

    /// <summary>A VM with two disks, a kernel, an initrd and a virtual TPM.</summary>
    public static VmStartContent VmStart(int number) => new()
    {
        Uuid = Uuid(number),
        Name = $"vm-{number}",
        Label = number % 2 == 0 ? "blue" : "red",
        ConfigDigest = Digest($"config {number}"),
        KernelDigest = Digest("guest kernel"),
        InitrdDigest = Digest("guest initrd"),
        FirmwareDigest = Digest("OVMF.fd"),
        Disks =
        [
            new("xvda", new MeasuredDigest(MeasuredDigest.FsVerity, SHA256.HashData(Encoding.UTF8.GetBytes($"root {number}"))), ReadOnly: true),
            new("xvdb", null, ReadOnly: false),
        ],
        VtpmEkName = [0x00, 0x0b, .. SHA256.HashData([(byte)number])],
        Mutable = false,
    };

    /// <summary>A stable UUID for a number.</summary>
    public static Guid Uuid(int number) => new(SHA256.HashData(BitConverter.GetBytes(number)).AsSpan(0, 16), bigEndian: true);

    /// <summary>SHA-256 of a text.</summary>
    public static MeasuredDigest Digest(string text) => new(MeasuredDigest.Sha256, SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Records of these contents, from <paramref name="first"/> on.</summary>
    public static IReadOnlyList<CelRecord> Records(
        IEnumerable<MeasurementContent> contents, ulong first = 0, PcrPlan? plan = null, params IReadOnlyList<AlgorithmId> banks) =>
        [.. contents.Select((content, i) => CelRecord.Create(first + (ulong)i, plan ?? PcrPlan.Default, banks.Count > 0 ? banks : [AlgorithmId.Sha256], content))];

    /// <summary>The CBOR sequence of records.</summary>
    public static byte[] Sequence(IEnumerable<CelRecord> records) => [.. records.SelectMany(record => record.Encoded.ToArray())];

    /// <summary>A boot record and VM starts.</summary>
    public static IReadOnlyList<CelRecord> Vms(int count) =>
        Records(Enumerable.Range(1, count).Select(MeasurementContent (i) => VmStart(i)).Prepend(Boot(AlgorithmId.Sha256)));
}
