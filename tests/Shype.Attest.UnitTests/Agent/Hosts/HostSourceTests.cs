using System.IO.Compression;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Shype.Attest.Agent;
using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Hosts;
using Shype.Attest.Agent.Hosts.Libvirt;
using Shype.Attest.Agent.Hosts.Xen;
using Shype.Attest.Agent.Sources;
using Shype.Attest.UnitTests.Measurement;
using Xunit;

namespace Shype.Attest.UnitTests.Agent.Hosts;

/// <summary>Sources over trees as a host has them: who is chosen, what is found, and what is not made up.</summary>
[SupportedOSPlatform("linux")]
public sealed class HostSourceTests : IDisposable
{
    private const string BuildId = "151b373fd64b321593bf987fd923cd10dabadac4";
    private readonly TemporaryFolder _folder = new();

    public HostSourceTests()
    {
        Write("agent.yaml", "state: state\nfirmware-log: none\nhost: {sys: sys, proc: proc, boot: boot, xl: xl, xenhypfs: xenhypfs, xen-livepatch: livepatch, virsh: virsh, qemu: qemu}\n");
        Directory.CreateDirectory(_folder.File("boot"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Who_is_asked_is_told_by_the_host_and_nobody_is_guessed()
    {
        Assert.Contains("nobody can say what runs here", Assert.Throws<AgentException>(() => MeasurementSources.Choose(Options())).Message, StringComparison.Ordinal);
        Write("virsh", "");
        Assert.IsType<LibvirtSource>(MeasurementSources.Choose(Options()));
        Write("sys/hypervisor/type", "xen\n");
        // A guest of Xen has that too; only domain 0 has control.
        Assert.IsType<LibvirtSource>(MeasurementSources.Choose(Options()));
        Write("proc/xen/capabilities", "control_d\n");
        Assert.IsType<XenSource>(MeasurementSources.Choose(Options()));
        Assert.IsType<ManifestSource>(MeasurementSources.Choose(Options() with { Manifest = "m" }));
    }

    [Fact]
    public async Task Without_a_boot_loaders_log_Xens_image_is_the_one_that_holds_the_running_build_id()
    {
        Write("sys/hypervisor/version/major", "4\n");
        Write("sys/hypervisor/version/minor", "17\n");
        File.WriteAllBytes(Made("sys/hypervisor/properties/buildid"), Convert.FromHexString(BuildId));
        Zip("boot/xen-4.17-amd64.gz", [.. RandomNumberGenerator.GetBytes(5000), .. Convert.FromHexString(BuildId), 1, 2, 3]);
        Zip("boot/xen-4.18-amd64.gz", RandomNumberGenerator.GetBytes(5000));
        Write("boot/xen-broken.gz", "\u001f\u008b");

        var facts = await new XenSource(Options()).ReadHypervisorAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("4.17", BuildId, _folder.File("boot/xen-4.17-amd64.gz"), ""), (facts.Version, facts.BuildId, facts.Image.File, facts.CommandLine));
        Assert.Empty(facts.Modules);
        Assert.Equal(
            [new OtherFact("source", "xen"), new("boot-entry"), new("security-module"), new("build-configuration"), new("live-patch")], facts.Others);

        File.Copy(_folder.File("boot/xen-4.17-amd64.gz"), _folder.File("boot/xen-copy.gz"));
        var refused = await Assert.ThrowsAsync<AgentException>(async () => await new XenSource(Options()).ReadHypervisorAsync(TestContext.Current.CancellationToken));
        Assert.Contains($"no single file of {_folder.File("boot")} has its build id {BuildId}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Linux_host_tells_kernel_module_emulator_and_security_module_without_asking_libvirt()
    {
        Write("virsh", "#!/bin/sh\nexit 1\n");
        Write("proc/cmdline", "BOOT_IMAGE=/vmlinuz-6.1 root=/dev/sda1 ro\n");
        Write("proc/sys/kernel/osrelease", "6.1.0-56-amd64\n");
        Write("boot/vmlinuz-6.1", "kernel");
        Write("qemu", "emulator");
        Write("sys/module/kvm_amd/srcversion", "B0E1C2\n");
        Write("sys/fs/selinux/enforce", "0");

        var facts = await new LibvirtSource(Options()).ReadHypervisorAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("kvm", "6.1.0-56-amd64", _folder.File("boot/vmlinuz-6.1"), "BOOT_IMAGE=/vmlinuz-6.1 root=/dev/sda1 ro"), (facts.Kind, facts.Version, facts.Image.File, facts.CommandLine));
        Assert.Equal(
            [
                new OtherFact("source", "libvirt"), new("boot-entry"), new("kvm-module", "kvm_amd B0E1C2"), new("qemu", File: _folder.File("qemu")), new("security-module", "selinux permissive"),
            ],
            facts.Others);
        Assert.Equal(new PolicyFacts("none", null, false), await new LibvirtSource(Options()).ReadPolicyAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/vmlinuz", "boot/vmlinuz")]
    [InlineData("(hd0,gpt2)/boot/vmlinuz", "boot/vmlinuz")]
    [InlineData("/../boot/vmlinuz", null)]
    [InlineData("vmlinuz", null)]
    [InlineData("/none", null)]
    [InlineData("(hd0", null)]
    public void A_boot_loaders_name_is_looked_for_below_the_boot_folder_only(string name, string? expected)
    {
        Write("boot/vmlinuz", "kernel");
        Assert.Equal(expected is null ? null : _folder.File(expected), BootEntry.FindFile(name, _folder.File("boot")));
    }

    [Fact]
    public async Task Tools_are_run_by_their_whole_path_and_say_no_more_than_the_bound()
    {
        var cancel = TestContext.Current.CancellationToken;
        Assert.Contains("is not a whole path", (await Assert.ThrowsAsync<AgentException>(() => HostTool.RunAsync("sh", ["-c", "true"], cancel))).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be run", (await Assert.ThrowsAsync<AgentException>(() => HostTool.RunAsync(_folder.File("none"), ["x"], cancel))).Message, StringComparison.Ordinal);
        Assert.Contains("said more than", (await Assert.ThrowsAsync<AgentException>(() => HostTool.RunAsync("/bin/cat", ["/dev/zero"], cancel))).Message, StringComparison.Ordinal);
        Assert.Null(await HostTool.AskAsync(_folder.File("none"), ["x"], cancel));
        Assert.Null(await HostTool.AskAsync("/bin/false", ["x"], cancel));
        var asked = await HostTool.RunAsync("/bin/sh", ["-c", "env; echo trouble >&2; exit 3"], cancel);
        Assert.Equal((3, "trouble"), (asked.Status, asked.Complaint));
        Assert.Equal(["LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "PWD=/"], asked.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    private AgentOptions Options() => AgentOptions.TryRead(_folder.File("agent.yaml"), out var options, out var problem) ? options : throw new InvalidDataException(problem.ToString());

    private void Write(string name, string text) => File.WriteAllText(Made(name), text);

    private void Zip(string name, byte[] bytes)
    {
        using var file = new GZipStream(File.Create(Made(name)), CompressionLevel.Fastest);
        file.Write(bytes);
    }

    private string Made(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
        return _folder.File(name);
    }
}
