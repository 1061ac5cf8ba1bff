using Shype.Attest.Yaml;
using Shype.Attest.Measurement;
using Shype.Attest.Protocol;

namespace Shype.Attest.Agent.Sources;

/// <summary>manifest.yaml, key by key.</summary>
internal static class ManifestReader
{
    public static Manifest Read(YamlMap file)
    {
        file.Only("hypervisor", "policy", "vms");
        return new Manifest(ReadHypervisor(file.Map("hypervisor")), ReadPolicy(file.Map("policy")), ReadVms(file));
    }

    private static HypervisorFacts ReadHypervisor(YamlMap map)
    {
        map.Only("kind", "version", "build-id", "image", "command-line", "modules");
        return new HypervisorFacts
        {
            Kind = map.Text("kind"),
            Version = map.OptionalText("version") ?? "",
            BuildId = map.OptionalText("build-id"),
            Image = new(map.Path("image"), null),
            CommandLine = map.OptionalText("command-line", MeasurementLimits.MaxCommandLineBytes) ?? "",
            Modules = [.. map.Maps("modules", MeasurementLimits.MaxModules).Select(ReadModule)],
            Others = [new("source", "manifest")],
        };
    }

    private static ModuleFacts ReadModule(YamlMap map)
    {
        map.Only("name", "file", "command-line");
        return new ModuleFacts(map.Text("name"), new(map.Path("file"), null), map.OptionalText("command-line", MeasurementLimits.MaxCommandLineBytes) ?? "");
    }

    private static PolicyFacts ReadPolicy(YamlMap map)
    {
        map.Only("module", "file", "enforcing");
        return map.Text("module") switch
        {
            "acm" => new PolicyFacts("acm", map.Path("file"), map.Bool("enforcing")),
            "none" when map.Has("file") => throw map.Refuse("file", "belongs to no policy: module is none"),
            "none" => new PolicyFacts("none", null, Enforcing: false),
            _ => throw map.Refuse("module", "is neither acm nor none"),
        };
    }

    private static List<VmDefinition> ReadVms(YamlMap file)
    {
        var vms = new List<VmDefinition>();
        var (names, uuids) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<Guid>());
        foreach (var map in file.Maps("vms", Manifest.MaxVms))
        {
            var vm = ReadVm(map);
            if (Guid.TryParseExact(vm.Name, "D", out _))
            {
                throw map.Refuse("name", "reads as a uuid: name and uuid both find a VM and must not be taken for each other");
            }

            if (!names.Add(vm.Name))
            {
                throw map.Refuse("name", $"{vm.Name} is there twice");
            }

            if (!uuids.Add(vm.Uuid))
            {
                throw map.Refuse("uuid", $"{vm.Uuid} is there twice");
            }

            vms.Add(vm);
        }

        return vms;
    }

    private static VmDefinition ReadVm(YamlMap map)
    {
        map.Only("name", "uuid", "label", "kernel", "initrd", "firmware", "config", "disks");
        var vm = new VmDefinition
        {
            Name = map.Text("name", ProtocolLimits.MaxNameCharacters),
            Uuid = ReadUuid(map),
            Label = map.OptionalText("label"),
            Configuration = new VmConfiguration.InText(""),
            KernelFile = map.OptionalPath("kernel"),
            InitrdFile = map.OptionalPath("initrd"),
            FirmwareFile = map.OptionalPath("firmware"),
            Disks = ReadDisks(map),
        };
        return vm with
        {
            Configuration = map.Has("config") ? new VmConfiguration.InFile(map.Path("config")) : new VmConfiguration.InText(ConfigurationText.Of(vm)),
        };
    }

    // All zeros is the host's own domain in every record and decision: a VM of that id would be taken for it.
    private static Guid ReadUuid(YamlMap map) =>
        Guid.TryParseExact(map.Text("uuid"), "D", out var uuid) && uuid != Guid.Empty
            ? uuid
            : throw map.Refuse("uuid", "is not a VM's uuid, 8-4-4-4-12 hex digits that are not all zero");

    private static List<DiskDefinition> ReadDisks(YamlMap vm)
    {
        var disks = new List<DiskDefinition>();
        foreach (var map in vm.Maps("disks", MeasurementLimits.MaxDisks))
        {
            map.Only("name", "file", "read-only");
            var disk = new DiskDefinition(map.Text("name"), map.OptionalPath("file"), map.Has("read-only") && map.Bool("read-only"));
            if (disk is { ReadOnly: true, File: null })
            {
                throw map.Refuse("'file' is missing; only a disk that its VM writes may go unmeasured");
            }

            if (disks.Exists(other => other.Name == disk.Name))
            {
                throw map.Refuse("name", $"{disk.Name} is there twice");
            }

            disks.Add(disk);
        }

        return disks;
    }
}
