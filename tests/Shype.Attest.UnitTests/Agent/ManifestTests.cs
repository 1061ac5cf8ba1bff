using System.Runtime.Versioning;
using Shype.Attest.Agent.Sources;
using Shype.Attest.UnitTests.Measurement;
using Xunit;

namespace Shype.Attest.UnitTests.Agent;

/// <summary>manifest.yaml: what it may say, and what is said back where it is wrong.</summary>
[SupportedOSPlatform("linux")]
public sealed class ManifestTests : IDisposable
{
    private const string Head = "hypervisor: {kind: xen, image: /x}\npolicy: {module: none}\n";
    private const string Uuid = "uuid: 00010203-0405-0607-0809-0a0b0c0d0e0f";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Everything_that_can_be_said_is_read()
    {
        var manifest = Read("""
            hypervisor:
              kind: xen
              version: "4.17"
              build-id: 0b8e6d
              image: boot/xen.gz
              command-line: dom0_mem=2G
              modules:
                - {name: kernel, file: boot/vmlinuz, command-line: root=/dev/sda1 ro}
                - {name: initrd, file: boot/initrd.img}
            policy: {module: acm, file: policy.xml, enforcing: true}
            vms:
              - name: web
                uuid: 00010203-0405-0607-0809-0a0b0c0d0e0f
                label: Shop.Web
                kernel: guest/vmlinuz
                initrd: guest/initrd
                firmware: OVMF.fd
                config: web.cfg
                disks:
                  - {name: xvda, file: web.img, read-only: true}
                  - {name: xvdb}
            """);

        Assert.Equal(("xen", "4.17", "0b8e6d", _folder.File("boot/xen.gz"), "dom0_mem=2G"),
            (manifest.Hypervisor.Kind, manifest.Hypervisor.Version, manifest.Hypervisor.BuildId, manifest.Hypervisor.Image.File, manifest.Hypervisor.CommandLine));
        Assert.Equal(
            [new ModuleFacts("kernel", new(_folder.File("boot/vmlinuz"), null), "root=/dev/sda1 ro"), new ModuleFacts("initrd", new(_folder.File("boot/initrd.img"), null), "")],
            manifest.Hypervisor.Modules);
        Assert.Equal(new PolicyFacts("acm", _folder.File("policy.xml"), true), manifest.Policy);
        var vm = Assert.Single(manifest.Vms);
        Assert.Equal(("web", Guid.Parse("00010203-0405-0607-0809-0a0b0c0d0e0f"), "Shop.Web"), (vm.Name, vm.Uuid, vm.Label));
        Assert.Equal((_folder.File("guest/vmlinuz"), _folder.File("guest/initrd"), _folder.File("OVMF.fd")), (vm.KernelFile, vm.InitrdFile, vm.FirmwareFile));
        Assert.Equal(new VmConfiguration.InFile(_folder.File("web.cfg")), vm.Configuration);
        Assert.Equal([new DiskDefinition("xvda", _folder.File("web.img"), true), new DiskDefinition("xvdb", null, false)], vm.Disks);
    }

    [Fact]
    public void A_VM_without_a_configuration_file_is_told_in_a_text_that_does_not_depend_on_the_host()
    {
        var manifest = Read(Head + $"vms: [{{name: web, {Uuid}, label: Shop.Web, kernel: /k, disks: [{{name: a, file: /f, read-only: true}}, {{name: b}}]}}]\n");

        var text = Assert.IsType<VmConfiguration.InText>(manifest.Vms[0].Configuration).Text;
        Assert.Equal("shype-vm 1\nname web\nuuid 00010203-0405-0607-0809-0a0b0c0d0e0f\nlabel Shop.Web\nkernel\ndisk a read-only\ndisk b writable\n", text);
    }

    [Fact]
    public void A_VM_is_found_by_name_and_by_uuid()
    {
        Read(Head + $"vms: [{{name: web, {Uuid}}}]\n");
        var source = new ManifestSource(_folder.File("manifest.yaml"));

        Assert.Equal("web", source.FindVm("web")?.Name);
        Assert.Equal("web", source.FindVm("00010203-0405-0607-0809-0A0B0C0D0E0F")?.Name);
        Assert.Null(source.FindVm("Web"));
    }

    [Theory]
    [InlineData("vms: []\npolicy: {module: none}\n", "1:1: 'hypervisor' is missing")]
    [InlineData("hypervisor: {kind: xen, image: /x, colour: red}\npolicy: {module: none}\n", "1:36: unknown key 'colour'")]
    [InlineData("hypervisor: {kind: xen, image: /x}\npolicy: {module: flask, file: /p, enforcing: true}\n", "2:18: 'module' is neither acm nor none")]
    [InlineData("hypervisor: {kind: xen, image: /x}\npolicy: {module: acm, file: /p, enforcing: yes}\n", "2:44: 'enforcing' is 'yes'; true or false is needed")]
    [InlineData("hypervisor: {kind: xen, image: /x}\npolicy: {module: acm, file: /p, enforcing: \"true\"}\n", "2:44: 'enforcing' is 'true'; true or false is needed")]
    [InlineData("hypervisor: {kind: xen, image: /x}\npolicy: {module: none, file: /p}\n", "2:30: 'file' belongs to no policy")]
    [InlineData(Head + "vms: web\n", "3:6: 'vms' is 'web'; a list is needed")]
    [InlineData(Head + "vms: [web]\n", "3:7: 'vms' item 1 is text; a mapping is needed")]
    [InlineData(Head + "vms: [{name: a}]\n", "3:7: 'uuid' is missing")]
    [InlineData(Head + "vms: [{name: a, uuid: 1}]\n", "3:23: 'uuid' is not a VM's uuid")]
    [InlineData(Head + "vms: [{name: a, uuid: 00000000-0000-0000-0000-000000000000}]\n", "3:23: 'uuid' is not a VM's uuid")]
    [InlineData(Head + "vms: [{name: 11111111-2222-3333-4444-555555555555, " + Uuid + "}]\n", "3:14: 'name' reads as a uuid")]
    [InlineData(Head + "vms: [{name: \"a\\eb\", " + Uuid + "}]\n", "3:14: 'name' holds U+001B")]
    [InlineData(Head + "vms:\n  - {name: a, " + Uuid + "}\n  - {name: a, uuid: 11111111-2222-3333-4444-555555555555}\n", "5:12: 'name' a is there twice")]
    [InlineData(Head + "vms:\n  - {name: a, " + Uuid + "}\n  - {name: b, " + Uuid + "}\n", "5:21: 'uuid' 00010203-0405-0607-0809-0a0b0c0d0e0f is there twice")]
    [InlineData(Head + "vms: [{name: a, " + Uuid + ", disks: [{name: x, read-only: true}]}]\n", "'file' is missing; only a disk that its VM writes may go unmeasured")]
    [InlineData(Head + "vms: [{name: a, " + Uuid + ", disks: [{name: x}, {name: x}]}]\n", "'name' x is there twice")]
    public void A_wrong_file_is_refused_with_line_and_column(string yaml, string expected)
    {
        File.WriteAllText(_folder.File("manifest.yaml"), yaml);
        Assert.False(Manifest.TryRead(_folder.File("manifest.yaml"), out _, out var problem), "accepted");
        Assert.Contains(expected, problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name: ", 128)]
    [InlineData("name: a, label: ", 256)]
    public void A07_names_have_the_length_that_records_and_results_can_carry(string key, int longest)
    {
        Read(Head + $"vms: [{{{Uuid}, {key}{new string('a', longest)}}}]\n");
        File.WriteAllText(_folder.File("manifest.yaml"), Head + $"vms: [{{{Uuid}, {key}{new string('a', longest + 1)}}}]\n");
        Assert.False(Manifest.TryRead(_folder.File("manifest.yaml"), out _, out var problem));
        Assert.Contains($"has {longest + 1} bytes, {longest} are allowed", problem.ToString(), StringComparison.Ordinal);
    }

    private Manifest Read(string yaml)
    {
        File.WriteAllText(_folder.File("manifest.yaml"), yaml);
        Assert.True(Manifest.TryRead(_folder.File("manifest.yaml"), out var manifest, out var problem), problem?.ToString());
        return manifest;
    }
}
