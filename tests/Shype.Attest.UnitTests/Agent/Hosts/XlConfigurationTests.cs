using System.Text;
using Shype.Attest.Agent;
using Shype.Attest.Agent.Hosts.Xen;
using Shype.Attest.Agent.Sources;
using Xunit;

namespace Shype.Attest.UnitTests.Agent.Hosts;

/// <summary>xl configurations are read in one way or not at all.</summary>
public sealed class XlConfigurationTests
{
    private const string Good = "name = \"web\"\nuuid = '00010203-0405-0607-0809-0a0b0c0d0e0f'\n";

    [Fact]
    public void Everything_that_is_measured_is_found()
    {
        var read = Read("""
            # A web server.
            # shype.label: Shop.Web
            name = "web"; type = 'pvh'
            uuid = "00010203-0405-0607-0809-0A0B0C0D0E0F"
            kernel = "/srv/vmlinuz"     # of the guest
            ramdisk = "/srv/initrd.gz"
            extra = "root=/dev/xvda ro # not a comment"
            memory = 0x100
            seclabel = "system_u:system_r:domU_t"
            disk = [
              "/srv/web.img,raw,xvda,ro",
              'format=qcow2, vdev=xvdb, access=rw, target=/srv/data,with comma.qcow2',
            ]
            vif = [ 'bridge=br0' ]
            """);

        Assert.Equal(("web", Guid.Parse("00010203-0405-0607-0809-0a0b0c0d0e0f"), "Shop.Web"), (read.Vm.Name, read.Vm.Uuid, read.Vm.Label));
        Assert.Equal(("/srv/vmlinuz", "/srv/initrd.gz", (string?)null), (read.Vm.KernelFile, read.Vm.InitrdFile, read.Vm.FirmwareFile));
        Assert.Equal("system_u:system_r:domU_t", read.SecurityLabel);
        Assert.Equal(
            [
                new DiskDefinition("xvda", "/srv/web.img", ReadOnly: true),
                new DiskDefinition("xvdb", "/srv/data,with comma.qcow2", ReadOnly: false) { Format = "qcow2", IsVmsOwn = true },
            ],
            read.Vm.Disks);
    }

    [Fact]
    public void Without_a_comment_of_ours_the_label_is_the_hypervisors_and_without_that_there_is_none()
    {
        Assert.Equal("a:b:c", Read(Good + "seclabel = 'a:b:c'\n").Vm.Label);
        Assert.Null(Read(Good).Vm.Label);
    }

    [Fact]
    public void Xl_is_told_the_same_and_where_the_measured_files_are_and_that_a_reboot_ends_the_VM()
    {
        var text = Encoding.UTF8.GetString(Read(Good + "kernel = '/k'\non_reboot = 'restart'").ForXl("/proc/1/fd/5", null));
        Assert.StartsWith(Good, text, StringComparison.Ordinal);
        Assert.Contains("\nkernel = \"/proc/1/fd/5\"\n", text, StringComparison.Ordinal);
        Assert.EndsWith("on_soft_reset = \"destroy\"\n", text, StringComparison.Ordinal);
        Assert.True(text.LastIndexOf("on_reboot = \"destroy\"", StringComparison.Ordinal) > text.IndexOf("on_reboot = 'restart'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("name = 'a'\n", "uuid is missing")]
    [InlineData(Good + "name = 'b'\n", "line 3: name is there twice (before: line 1)")]
    [InlineData(Good + "bootloader = 'pygrub'\n", "line 3: bootloader is not a key that the gate knows")]
    [InlineData(Good + "device_model_override = '/tmp/qemu'\n", "device_model_override is not a key that the gate knows")]
    [InlineData(Good + "include 'other.cfg'\n", "line 3: behind include a '=' is needed")]
    [InlineData(Good + "%include other.cfg\n", "line 3: a key is needed here; other files cannot be included")]
    [InlineData(Good + "<other.cfg\n", "other files cannot be included")]
    [InlineData(Good + "kernel = '/srv/../etc/shadow'\n", "line 3: kernel is not a whole path")]
    [InlineData(Good + "kernel = 'vmlinuz'\n", "line 3: kernel is not a whole path")]
    [InlineData(Good + "kernel = '//srv/vmlinuz'\n", "line 3: kernel is not a whole path")]
    [InlineData(Good + "kernel = '/srv/\0vmlinuz'\n", "line 3: the text of kernel has an escape or a character that does not show: /srv/\\u0000vmlinuz")]
    [InlineData(Good + "kernel = '/srv/\\x41'\n", "line 3: the text of kernel has an escape")]
    [InlineData(Good + "kernel = \"/srv/\u202evmlinuz\"\n", "a character that does not show")]
    [InlineData(Good + "kernel = ['/srv/vmlinuz']\n", "kernel is a list; a text is needed")]
    [InlineData(Good + "kernel += '/srv/vmlinuz'\n", "behind kernel a '=' is needed")]
    [InlineData(Good + "ramdisk = '/srv/initrd'\n", "ramdisk needs a kernel")]
    [InlineData(Good + "extra = 'a\n", "line 3: the text of extra does not end in its line")]
    [InlineData(Good + "extra = 'a' 'b'\n", "line 3: behind the value of extra the line must end")]
    [InlineData(Good + "vif = [ 'a',\n", "the list of vif does not end")]
    [InlineData(Good + "vif = [ [ 'a' ] ]\n", "the value of vif must be a number, a text in quotes, or a list of texts")]
    [InlineData(Good + "vif = [ 'a' 'b' ]\n", "a ',' or ']' is needed")]
    [InlineData(Good + "disk = [ 'nbd:host:1234,raw,xvda,ro' ]\n", "has no target that is a whole path")]
    [InlineData(Good + "disk = [ '/a,vhd,xvda,ro' ]\n", "has the format 'vhd'")]
    [InlineData(Good + "disk = [ '/a,raw,xvda,ro,script=block-evil' ]\n", "'script=' is not what the gate knows of disks")]
    [InlineData(Good + "disk = [ '/a,raw,xvda,ro', '/b,raw,xvda,ro' ]\n", "disk has a vdev twice")]
    [InlineData(Good + "disk = '/a,raw,xvda,ro'\n", "disk is no list")]
    [InlineData(Good + "# shype.labl: X\n", "'# shype.labl:' is not known")]
    [InlineData(Good + "# shype.label: X\n# shype.label: Y\n", "'shype.label' is there twice")]
    [InlineData("name = 'a'\nuuid = '00000000-0000-0000-0000-000000000000'\n", "uuid is not 8-4-4-4-12 hex digits that are not all zero")]
    public void A07_what_xl_might_read_in_another_way_is_refused_with_its_line(string text, string expected) =>
        Assert.Contains(expected, Refuse(Encoding.UTF8.GetBytes(text)), StringComparison.Ordinal);

    [Fact]
    public void A07_the_bound_is_met_and_one_more_byte_is_refused()
    {
        var good = Encoding.UTF8.GetBytes(Good);
        byte[] largest = [.. good, .. Enumerable.Repeat((byte)'\n', XlConfiguration.MaxBytes - good.Length)];
        Assert.Equal("web", XlConfiguration.Read("/web.cfg", largest, measureWritable: false).Vm.Name);
        Assert.Contains("are allowed", Refuse([.. largest, (byte)'\n']), StringComparison.Ordinal);
        Assert.Contains("is not UTF-8", Refuse([.. good, 0xff]), StringComparison.Ordinal);
    }

    private static XlConfiguration Read(string text) => XlConfiguration.Read("/web.cfg", Encoding.UTF8.GetBytes(text), measureWritable: false);

    private static string Refuse(byte[] bytes) => Assert.Throws<AgentException>(() => XlConfiguration.Read("/web.cfg", bytes, measureWritable: false)).Message;
}
