using Shype.Attest.TpmSim;
using Shype.Attest.TpmSim.Boot;
using Shype.Attest.UnitTests.Measurement;
using Xunit;

namespace Shype.Attest.UnitTests.Sim;

/// <summary>The JSON that describes a platform.</summary>
public sealed class PlatformFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_left_out_keeps_its_default()
    {
        var (read, defaults) = (Read("{}"), new PlatformOptions());
        Assert.Equal(defaults.FirmwareVersion, read.FirmwareVersion);
        Assert.Equal((defaults.SecureBoot, defaults.Kernel.Path, defaults.Kernel.CommandLine), (read.SecureBoot, read.Kernel.Path, read.Kernel.CommandLine));
        Assert.Equal("/boot/xen.gz", read.Hypervisor?.Path);
        Assert.Equal("/boot/initrd.img", read.InitialFileSystem?.Path);
    }

    [Fact]
    public void Everything_can_be_said_with_files_beside_it()
    {
        var read = Read("""
            {
              "firmwareVersion": "2.0", "firmware": "fw.bin", "optionRoms": ["rom.efi"], "secureBoot": false, "bootLoader": "/efi/grub.efi",
              "hypervisor": {"file": "xen-4.17.gz", "commandLine": "flask=enforcing"},
              "kernel": {"file": "vmlinuz", "path": "/vmlinuz", "commandLine": "ro"},
              "initialFileSystem": {"file": "initrd"}
            }
            """);
        Assert.Equal("2.0", read.FirmwareVersion);
        Assert.Equal(_folder.File("fw.bin"), read.Firmware.ToString());
        Assert.Equal([_folder.File("rom.efi")], read.OptionRoms.Select(rom => rom.ToString()));
        Assert.False(read.SecureBoot);
        Assert.Equal("/efi/grub.efi", read.BootLoader.ToString());
        Assert.Equal(("/boot/xen-4.17.gz", "flask=enforcing", _folder.File("xen-4.17.gz")), (read.Hypervisor!.Path, read.Hypervisor.CommandLine, read.Hypervisor.Image.ToString()));
        Assert.Equal(("/vmlinuz", "ro"), (read.Kernel.Path, read.Kernel.CommandLine));
        Assert.Equal("/boot/initrd", read.InitialFileSystem?.Path);
    }

    [Fact]
    public void Files_that_the_kernel_measures_are_read_from_beside_it()
    {
        Assert.Null(Read("{}").Ima);
        File.WriteAllText(_folder.File("sh"), "a shell");
        var loaded = Assert.Single(Read("""{"ima": {"/bin/sh": "sh"}}""").Ima!);
        Assert.Equal(("/bin/sh", "a shell"), (loaded.Key, System.Text.Encoding.UTF8.GetString(loaded.Value.Span)));
    }

    [Fact]
    public void Null_says_that_there_is_none()
    {
        var read = Read("""{"hypervisor": null, "initialFileSystem": null}""");
        Assert.Null(read.Hypervisor);
        Assert.Null(read.InitialFileSystem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"firmwareversion": "other case"}""")]
    [InlineData("""{"unknown": 1}""")]
    [InlineData("""{"secureBoot": true, "secureBoot": false}""")]
    [InlineData("""{"secureBoot": "yes"}""")]
    [InlineData("""{"hypervisor": {}}""")]
    [InlineData("""{"kernel": null}""")]
    [InlineData("""{"secureBoot": null}""")]
    [InlineData("""{"firmwareVersion": null}""")]
    [InlineData("""{"firmware": null}""")]
    [InlineData("""{"hypervisor": {"file": null}}""")]
    [InlineData("""{"hypervisor": {"file": "xen", "commandLine": null}}""")]
    [InlineData("""{"hypervisor": {"file": "xen", "command-line": "x"}}""")]
    [InlineData("""{"optionRoms": [null]}""")]
    [InlineData("""{"ima": {"/bin/sh": null}}""")]
    [InlineData("""{"ima": {"/bin/sh": "none"}}""")]
    [InlineData("""{"ima": ["/bin/sh"]}""")]
    [InlineData("""{} {}""")]
    [InlineData("""{"secureBoot": true,}""")]
    [InlineData("""{/* comment */}""")]
    public void Anything_else_is_refused_with_the_file(string json) =>
        Assert.StartsWith(_folder.File("platform.json"), Assert.Throws<SimulatorException>(() => Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_over_the_limit_is_refused_before_it_is_read()
    {
        Read("{}" + new string(' ', (64 * 1024) - 2));
        Assert.EndsWith("has 65537 bytes, 65536 are allowed", Assert.Throws<SimulatorException>(() => Read("{}" + new string(' ', (64 * 1024) - 1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var refused = Assert.Throws<SimulatorException>(() => PlatformFile.Read(_folder.File("none.json")));
        Assert.StartsWith(_folder.File("none.json") + " cannot be read: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_cannot_be_measured_is_refused_here_already() =>
        Assert.Throws<SimulatorException>(() => Read("""{"firmwareVersion": "a\nb"}"""));

    [Theory]
    [InlineData("bin/sh", "'bin/sh' is no path that a kernel loads a file from")]
    [InlineData("/bin/\\n", "the path of a file that the kernel loads has a control character")]
    public void A_path_that_no_kernel_loads_from_is_refused(string path, string problem)
    {
        File.WriteAllText(_folder.File("sh"), "a shell");
        Assert.Contains(problem, Assert.Throws<SimulatorException>(() => Read("""{"ima": {"PATH": "sh"}}""".Replace("PATH", path, StringComparison.Ordinal))).Message, StringComparison.Ordinal);
    }

    private PlatformOptions Read(string json)
    {
        File.WriteAllText(_folder.File("platform.json"), json);
        return PlatformFile.Read(_folder.File("platform.json"));
    }
}
