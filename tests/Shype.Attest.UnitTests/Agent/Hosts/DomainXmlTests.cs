using System.Text;
using Shype.Attest.Agent;
using Shype.Attest.Agent.Hosts.Libvirt;
using Shype.Attest.Agent.Sources;
using Xunit;

namespace Shype.Attest.UnitTests.Agent.Hosts;

/// <summary>libvirt's domain XML: what of it is measured, what of it is made up for each start, and what is refused.</summary>
public sealed class DomainXmlTests
{
    private const string Good = """
        <domain type='kvm' id='3' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
          <name>web</name>
          <uuid>00010203-0405-0607-0809-0a0b0c0d0e0f</uuid>
          <metadata><s:label xmlns:s='urn:shype:attest:1'>Shop.Web</s:label></metadata>
          <os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader><kernel>/srv/vmlinuz</kernel><initrd>/srv/initrd</initrd><cmdline>ro</cmdline></os>
          <devices>
            <emulator>/usr/bin/qemu-system-x86_64</emulator>
            <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/srv/web.qcow2' index='2'/><target dev='vda' bus='virtio'/><alias name='virtio-disk0'/></disk>
            <disk type='block' device='disk'><driver name='qemu' type='raw'/><source dev='/dev/vg/web'/><target dev='vdb'/><readonly/></disk>
            <disk type='file' device='cdrom'><target dev='sda'/></disk>
            <graphics type='vnc' port='5901' autoport='yes'/>
            <tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>
          </devices>
          <seclabel type='dynamic' model='selinux'><label>system_u:system_r:svirt_t:s0:c1,c2</label></seclabel>
        </domain>
        """;

    [Fact]
    public void Everything_that_is_measured_is_found()
    {
        var (vm, hasTpm) = Read(Good);
        Assert.Equal(("web", Guid.Parse("00010203-0405-0607-0809-0a0b0c0d0e0f"), "Shop.Web", true), (vm.Name, vm.Uuid, vm.Label, hasTpm));
        Assert.Equal(("/srv/vmlinuz", "/srv/initrd", "/usr/share/OVMF/OVMF_CODE.fd"), (vm.KernelFile, vm.InitrdFile, vm.FirmwareFile));
        Assert.Equal(
            [new DiskDefinition("vda", "/srv/web.qcow2", ReadOnly: false) { Format = "qcow2", IsVmsOwn = true }, new DiskDefinition("vdb", "/dev/vg/web", ReadOnly: true)],
            vm.Disks);
    }

    [Theory]
    [InlineData("id='3'", "id='4'")]
    [InlineData("index='2'", "index='7'")]
    [InlineData("port='5901'", "port='5902'")]
    [InlineData("<alias name='virtio-disk0'/>", "")]
    [InlineData("c1,c2", "c3,c4")]
    [InlineData("type='qcow2'/>", "type='qcow2' />")]
    [InlineData("<disk type='block' device='disk'>", "<disk device='disk' type='block'>")]
    public void What_is_made_up_for_each_start_is_not_in_the_configuration(string from, string to) =>
        Assert.Equal(Text(Read(Good)), Text(Read(Good.Replace(from, to, StringComparison.Ordinal))));

    [Theory]
    [InlineData("<cmdline>ro</cmdline>", "<cmdline>ro init=/bin/sh</cmdline>")]
    [InlineData("bus='virtio'", "bus='sata'")]
    [InlineData("<readonly/>", "<readonly/><shareable/>")]
    [InlineData("<tpm model", "<hostdev mode='subsystem' type='pci'/><tpm model")]
    public void Whatever_else_changes_is(string from, string to) =>
        Assert.NotEqual(Text(Read(Good)), Text(Read(Good.Replace(from, to, StringComparison.Ordinal))));

    [Fact]
    public void Without_a_label_of_ours_a_static_one_counts_and_one_that_was_made_up_does_not()
    {
        var none = Good.Replace("<s:label xmlns:s='urn:shype:attest:1'>Shop.Web</s:label>", "", StringComparison.Ordinal);
        Assert.Null(Read(none).Vm.Label);
        Assert.Equal("system_u:system_r:svirt_t:s0:c1,c2", Read(none.Replace("'dynamic'", "'static'", StringComparison.Ordinal)).Vm.Label);
    }

    [Theory]
    [InlineData("<domain", "<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///etc/shadow'>]><domain", "DTD is prohibited")]
    [InlineData("<devices>", "<qemu:commandline><qemu:arg value='-drive'/></qemu:commandline><devices>", "<commandline> of http://libvirt.org/schemas/domain/qemu/1.0 hands the emulator")]
    [InlineData("type='block'", "type='network'", "the disk vdb is of the type 'network'")]
    [InlineData("/srv/vmlinuz", "/srv/../etc/shadow", "<kernel>: '/srv/../etc/shadow' is not a whole path")]
    [InlineData("/srv/web.qcow2", "web.qcow2", "the disk vda: 'web.qcow2' is not a whole path")]
    [InlineData("dev='vdb'", "dev='vda'", "has a target twice")]
    [InlineData("00010203-0405-0607-0809-0a0b0c0d0e0f", "00000000-0000-0000-0000-000000000000", "<uuid> is no VM's uuid")]
    [InlineData("<name>web</name>", "", "<name> is missing")]
    [InlineData("Shop.Web", "Shop.&#x202e;Web", "the label is empty, too long, or has characters that do not show")]
    [InlineData("</domain>", "", "domain XML:")]
    public void A07_a_definition_that_cannot_be_measured_whole_is_refused(string from, string to, string expected) =>
        Assert.Contains(expected, Refuse(Good.Replace(from, to, StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void A07_depth_and_size_are_bounded()
    {
        Assert.Contains("32 elements in each other", Refuse(string.Concat(Enumerable.Repeat("<a>", 50_000))), StringComparison.Ordinal);
        Assert.Contains("bytes", Refuse(new string(' ', DomainXml.MaxBytes + 1)), StringComparison.Ordinal);
    }

    private static DomainXml Read(string xml) => DomainXml.Read(Encoding.UTF8.GetBytes(xml), measureWritable: false);

    private static string Text(DomainXml domain) => ((VmConfiguration.InText)domain.Vm.Configuration).Text;

    private static string Refuse(string xml) => Assert.Throws<AgentException>(() => Read(xml)).Message;
}
