using Shype.Attest.Measurement.Records;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests.Agent;

/// <summary>A real libvirtd with the agent as its hook, on a real TPM.</summary>
public sealed class LibvirtGateTests : IDisposable
{
    private readonly AgentHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task V04_what_the_policy_forbids_does_not_start_and_what_comes_past_the_gate_is_noticed()
    {
        Assert.SkipUnless(Environment.UserName == "root" && File.Exists("/usr/sbin/libvirtd") && File.Exists("/usr/bin/qemu-system-x86_64"),
            "libvirtd and QEMU are not installed (Debian: libvirt-daemon libvirt-daemon-driver-qemu libvirt-clients qemu-system-x86), or this is not root, who alone may mount");
        _host.WithoutManifest("source: libvirt");
        Write("a", 'a', "Bank.A");
        Write("b", 'b', "Bank.B");
        Write("stranger", 'c', "Shop.Web");
        var agent = $"{string.Join(' ', AgentProgram.Command)} --config {_host["agent.yaml"]}";
        WriteScript("agent", $"#!/bin/sh\nexec {agent} \"$@\"\n");
        var hook = await File.ReadAllTextAsync(Path.Combine(TestData.Root, "agent", "libvirt", "hooks", "qemu"), TestContext.Current.CancellationToken);
        Assert.Contains("/usr/bin/shype-agent --config /etc/shype/agent.yaml", hook, StringComparison.Ordinal);
        Assert.Contains("[ -x /usr/bin/shype-agent ] || exit 0", hook, StringComparison.Ordinal);
        WriteScript("hook", hook.Replace("/usr/bin/shype-agent --config /etc/shype/agent.yaml", agent, StringComparison.Ordinal)
            .Replace("-x /usr/bin/shype-agent", $"-x {_host["agent"]}", StringComparison.Ordinal));

        var script = Path.Combine(TestData.Root, "tests", "Shype.Attest.ServiceTests", "Agent", "libvirt-gate.sh");
        var output = await Tool.Run(null, "unshare", "--mount", "bash", script, Path.GetDirectoryName(_host["agent.yaml"])!);

        Assert.Equal(
            """
            measured: yes
            a: yes
            b beside a: no
            stranger past the gate: yes
            all is as recorded: no
            all is as recorded, once it was noticed: yes
            a ends: yes
            b alone: yes

            """, output);
        Assert.Contains("refused: b may not start: a runs as 'bank-a'", await File.ReadAllTextAsync(_host["libvirtd.log"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var records = _host.Records();
        Assert.Equal(
            ["boot", "hypervisor", "policy", "vm-start", "gap", "vm-start", "vm-stop", "vm-start"],
            records.Take(8).Select(record => record.Measurement.Type));
        Assert.Contains("came past the launch gate", ((GapContent)records[4].Measurement).Reason, StringComparison.Ordinal);
        Assert.True(await _host.Agree(records));

        var (a, stranger) = ((VmStartContent)records[3].Measurement, (VmStartContent)records[5].Measurement);
        Assert.Equal(("a", "Bank.A", "vda"), (a.Name, a.Label, Assert.Single(a.Disks).Name));
        Assert.Equal("sha256:" + (await Tool.Run(null, "sha256sum", _host["disk.img"])).Split(' ')[0], a.Disks[0].Digest.ToString());
        Assert.Equal(("stranger", "Shop.Web", true, 0), (stranger.Name, stranger.Label, stranger.Mutable, stranger.Disks.Count));
    }

    private void Write(string name, char digit, string label) => File.WriteAllText(_host[$"{name}.xml"], $"""
        <domain type='qemu'><name>{name}</name><uuid>00000000-0000-0000-0000-00000000000{digit}</uuid><memory unit='MiB'>32</memory><vcpu>1</vcpu>
        <metadata><s:label xmlns:s='urn:shype:attest:1'>{label}</s:label></metadata><os><type arch='x86_64'>hvm</type></os>
        <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
        <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{_host["disk.img"]}'/><target dev='vda' bus='virtio'/><readonly/></disk></devices></domain>
        """);

    private void WriteScript(string name, string text)
    {
        File.WriteAllText(_host[name], text);
        File.SetUnixFileMode(_host[name], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
