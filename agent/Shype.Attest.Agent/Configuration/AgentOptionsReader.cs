using Shype.Attest.Agent.Hosts;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Yaml;
using Shype.Attest.Measurement;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Agent.Configuration;

/// <summary>agent.yaml, key by key.</summary>
internal static class AgentOptionsReader
{
    public static AgentOptions Read(YamlMap file)
    {
        file.Only("name", "tpm", "verifier", "state", "log", "firmware-log", "ima-log", "boot-id", "banks", "pcrs", "ak", "ak-certificates", "enrolment-token-file", "mode", "manifest",
            "source", "policy", "disk-digest", "measure-writable-disks", "host");
        var state = file.Path("state");
        var manifest = file.OptionalPath("manifest");
        return new AgentOptions
        {
            HostName = file.OptionalText("name", ProtocolLimits.MaxNameCharacters) ?? Environment.MachineName,
            TpmAddress = file.OptionalMap("tpm")?.Only("address").Text("address", YamlLimits.MaxPathBytes) ?? "/dev/tpmrm0",
            Verifier = file.OptionalMap("verifier") is { } verifier ? ReadVerifier(verifier) : null,
            State = state,
            Log = file.OptionalPath("log") ?? Path.Combine(state, "measurements.log"),
            FirmwareLog = file.OptionalPath("firmware-log") ?? "/sys/kernel/security/tpm0/binary_bios_measurements",
            ImaLog = file.OptionalPath("ima-log"),
            BootId = file.OptionalPath("boot-id") ?? "/proc/sys/kernel/random/boot_id",
            Banks = file.Has("banks") ? ReadBanks(file) : [AlgorithmId.Sha256],
            Pcrs = file.OptionalMap("pcrs") is { } pcrs ? ReadPcrs(pcrs) : PcrPlan.Default,
            AttestationKey = ReadKeyKind(file),
            EnrolmentTokenFile = file.OptionalPath("enrolment-token-file"),
            AkCertificates = file.OptionalPath("ak-certificates"),
            Mode = ReadMode(file),
            Manifest = manifest,
            Source = ReadSource(file, manifest),
            Policy = manifest is null || !file.Has("policy") ? file.OptionalPath("policy") : throw file.Refuse("policy", "stands in the manifest where there is one"),
            DiskDigest = ReadDiskDigest(file),
            MeasureWritableDisks = file.Has("measure-writable-disks") && file.Bool("measure-writable-disks"),
            Host = file.OptionalMap("host") is { } host ? ReadHost(host) : new HostPaths(),
        };
    }

    private static SourceKind ReadSource(YamlMap file, string? manifest) => file.OptionalText("source") switch
    {
        null or "auto" => SourceKind.Auto,
        "manifest" when manifest is null => throw file.Refuse("source", "is manifest, and no 'manifest' is named"),
        "manifest" => SourceKind.Manifest,
        "xen" or "libvirt" when manifest is not null => throw file.Refuse("source", "asks the hypervisor, and a 'manifest' is named: one of them says what runs"),
        "xen" => SourceKind.Xen,
        "libvirt" => SourceKind.Libvirt,
        _ => throw file.Refuse("source", "is none of auto, xen, libvirt, manifest"),
    };

    private static string ReadDiskDigest(YamlMap file) => file.OptionalText("disk-digest") switch
    {
        null or MeasuredDigest.Sha256 => MeasuredDigest.Sha256,
        MeasuredDigest.FsVerity => MeasuredDigest.FsVerity,
        _ => throw file.Refuse("disk-digest", "is neither sha256 nor fs-verity"),
    };

    private static HostPaths ReadHost(YamlMap map)
    {
        map.Only("sys", "proc", "boot", "xl", "xenhypfs", "xen-livepatch", "virsh", "libvirt-uri", "libvirt-hook", "qemu");
        var usual = new HostPaths();
        return new HostPaths
        {
            Sys = map.OptionalPath("sys") ?? usual.Sys,
            Proc = map.OptionalPath("proc") ?? usual.Proc,
            Boot = map.OptionalPath("boot") ?? usual.Boot,
            Xl = map.OptionalPath("xl") ?? usual.Xl,
            Xenhypfs = map.OptionalPath("xenhypfs") ?? usual.Xenhypfs,
            XenLivepatch = map.OptionalPath("xen-livepatch") ?? usual.XenLivepatch,
            Virsh = map.OptionalPath("virsh") ?? usual.Virsh,
            LibvirtUri = map.OptionalText("libvirt-uri") ?? usual.LibvirtUri,
            LibvirtHook = map.OptionalPath("libvirt-hook") ?? usual.LibvirtHook,
            Qemu = map.OptionalPath("qemu") ?? usual.Qemu,
        };
    }

    private static VerifierOptions ReadVerifier(YamlMap map)
    {
        map.Only("url", "ca");
        var text = map.Text("url", YamlLimits.MaxPathBytes);
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "https", UserInfo: "", PathAndQuery: "/", Fragment: "" }
            ? new VerifierOptions(url, map.Path("ca"))
            : throw map.Refuse("url", "is not https://HOST[:PORT]; the verifier is only ever asked over TLS");
    }

    private static AlgorithmId[] ReadBanks(YamlMap file)
    {
        var banks = new SortedSet<AlgorithmId>();
        foreach (var text in file.Texts("banks", MeasurementLimits.MaxBanks))
        {
            if (!HashAlgorithms.TryParseText(text.Value, out var bank) || bank is not (AlgorithmId.Sha256 or AlgorithmId.Sha384 or AlgorithmId.Sha512))
            {
                throw text.Refuse("is not a bank that records use: sha256, sha384, sha512");
            }

            if (!banks.Add(bank))
            {
                throw text.Refuse($"{text.Value} is there twice");
            }
        }

        return banks.Count > 0 ? [.. banks] : throw file.Refuse("banks", "is empty; sha256 is usual");
    }

    private static PcrPlan ReadPcrs(YamlMap map)
    {
        map.Only("hypervisor", "policy", "vms");
        return new PcrPlan(ReadPcr(map, "hypervisor"), ReadPcr(map, "policy"), ReadPcr(map, "vms"));
    }

    private static PcrIndex ReadPcr(YamlMap map, string key) =>
        PcrIndex.TryCreate((ulong)map.Number(key), out var pcr) && PcrPlan.IsUsable(pcr)
            ? pcr
            : throw map.Refuse(key, "is not a PCR that records may use: 8, 9, 11 to 15");

    private static AttestationKeyKind ReadKeyKind(YamlMap file) => file.OptionalText("ak") switch
    {
        null or "ecdsa-p256" => AttestationKeyKind.EcdsaP256,
        "ecdsa-p384" => AttestationKeyKind.EcdsaP384,
        "rsassa" => AttestationKeyKind.RsaSsa,
        "rsapss" => AttestationKeyKind.RsaPss,
        _ => throw file.Refuse("ak", "is none of rsassa, rsapss, ecdsa-p256, ecdsa-p384"),
    };

    // Without a word the gate is closed: who wants less says so.
    private static AgentMode ReadMode(YamlMap file) => file.OptionalText("mode") switch
    {
        null or "enforce" => AgentMode.Enforce,
        "observe" => AgentMode.Observe,
        _ => throw file.Refuse("mode", "is neither enforce nor observe"),
    };
}
