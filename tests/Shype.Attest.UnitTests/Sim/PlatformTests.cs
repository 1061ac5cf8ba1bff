using System.Text;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.EventLogs.Boot;
using Shype.Attest.Measurement.EventLogs.Events;
using Shype.Attest.Tpm.Types;
using Shype.Attest.TpmSim;
using Shype.Attest.TpmSim.Boot;
using Shype.Attest.UnitTests.Measurement;
using Xunit;

namespace Shype.Attest.UnitTests.Sim;

/// <summary>What the simulated firmware and GRUB measure, without a TPM.</summary>
public sealed class PlatformTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_log_is_one_without_oddities_in_every_bank_asked_for()
    {
        var log = Boot(new PlatformOptions(), AlgorithmId.Sha1, AlgorithmId.Sha256, AlgorithmId.Sha384, AlgorithmId.Sha512);
        Assert.Empty(log.Findings);
        Assert.Equal(LogFormat.CryptoAgile, log.Format);
        Assert.Equal([AlgorithmId.Sha1, AlgorithmId.Sha256, AlgorithmId.Sha384, AlgorithmId.Sha512], log.Banks.Select(bank => bank.Algorithm));
    }

    [Fact]
    public void The_same_host_boots_to_the_same_PCRs_and_PCRs_0_to_9_are_all_explained()
    {
        var (first, second) = (Pcrs(new PlatformOptions()), Pcrs(new PlatformOptions()));
        Assert.Equal(Enumerable.Range(0, 10), first.Keys);
        Assert.Equal(first, second);
    }

    [Fact]
    public void Each_of_PCRs_0_to_7_is_capped_by_one_separator_before_the_boot_loader_runs()
    {
        var log = Boot(new PlatformOptions());
        var separators = log.Events.Where(measured => measured.Type == EventType.Separator).ToArray();
        Assert.Equal(Enumerable.Range(0, 8), separators.Select(measured => measured.Pcr.Value).Order());
        Assert.All(separators, measured => Assert.Equal(new byte[4], measured.Data.ToArray()));
        var loader = log.Events.Single(measured => measured.Type == EventType.EfiBootServicesApplication);
        var call = log.Events.Single(measured => Text(measured) == "Calling EFI Application from Boot Option");
        Assert.True(call.Index < separators.Where(measured => measured.Pcr.Value != 7).Min(measured => measured.Index));
        Assert.True(separators.Max(measured => measured.Index) < loader.Index);
    }

    [Fact]
    public void Data_that_a_verifier_recomputes_hashes_to_the_digest()
    {
        EventType[] bound = [EventType.Separator, EventType.CrtmVersion, EventType.EfiAction, EventType.EfiVariableDriverConfig, EventType.EfiVariableAuthority, EventType.EfiGptEvent];
        var measured = Boot(new PlatformOptions()).Events.Where(measured => bound.Contains(measured.Type)).ToArray();
        Assert.Equal(bound.Order(), measured.Select(one => one.Type).Distinct().Order());
        Assert.All(measured, one => Assert.Equal(AlgorithmId.Sha256.Hash(one.Data.Span), one.Digest(AlgorithmId.Sha256).ToArray()));
    }

    [Fact]
    public void GRUB_measures_a_Xen_boot_command_by_command()
    {
        Assert.Equal(
            [
                "8 grub_cmd: search --no-floppy --file /boot/grub/grub.cfg --set=root",
                "9 (hd0,gpt2)/boot/grub/grub.cfg",
                "8 grub_cmd: configfile (hd0,gpt2)/boot/grub/grub.cfg",
                "9 (hd0,gpt2)/boot/grub/grub.cfg",
                "8 grub_cmd: set timeout=0",
                "8 grub_cmd: multiboot2 /boot/xen.gz console=vga dom0_mem=1024M",
                "9 /boot/xen.gz",
                "8 kernel_cmdline: console=vga dom0_mem=1024M",
                "8 grub_cmd: module2 /boot/vmlinuz root=/dev/sda2 ro quiet",
                "9 /boot/vmlinuz",
                "8 module_cmdline: root=/dev/sda2 ro quiet",
                "8 grub_cmd: module2 --nounzip /boot/initrd.img",
                "9 /boot/initrd.img",
                "8 module_cmdline: ",
                "8 grub_cmd: boot",
            ],
            GrubEvents(new PlatformOptions()));
    }

    [Fact]
    public void GRUB_measures_a_Linux_kernel_with_its_file_name()
    {
        Assert.Equal(
            [
                "8 grub_cmd: linux /boot/vmlinuz root=/dev/sda2 ro quiet",
                "9 /boot/vmlinuz",
                "8 kernel_cmdline: /boot/vmlinuz root=/dev/sda2 ro quiet",
                "8 grub_cmd: boot",
            ],
            GrubEvents(new PlatformOptions { Hypervisor = null, InitialFileSystem = null }).Skip(5));
    }

    [Fact]
    public void Commands_and_command_lines_are_hashed_without_prefix_and_NUL()
    {
        foreach (var measured in Boot(new PlatformOptions()).Events.Where(measured => measured.Pcr.Value == 8))
        {
            var text = Encoding.UTF8.GetString(measured.Data.Span);
            Assert.EndsWith("\0", text, StringComparison.Ordinal);
            var hashed = Encoding.UTF8.GetBytes(text[(text.IndexOf(": ", StringComparison.Ordinal) + 2)..^1]);
            Assert.Equal(AlgorithmId.Sha256.Hash(hashed), measured.Digest(AlgorithmId.Sha256).ToArray());
        }
    }

    [Fact]
    public void Files_are_measured_by_their_bytes_at_each_boot()
    {
        var kernel = _folder.File("vmlinuz-6.1");
        File.WriteAllText(kernel, "one kernel");
        var platform = new Platform(new PlatformOptions { Kernel = LoadedFile.Of(kernel) });
        Assert.Equal(AlgorithmId.Sha256.Hash("one kernel"u8), Digest(platform, "/boot/vmlinuz-6.1"));
        File.WriteAllText(kernel, "another kernel");
        Assert.Equal(AlgorithmId.Sha256.Hash("another kernel"u8), Digest(platform, "/boot/vmlinuz-6.1"));
    }

    [Fact]
    public void A_large_file_is_never_held()
    {
        const long size = 64L << 20;
        var initrd = _folder.File("initrd.img");
        using (var sparse = File.Create(initrd))
        {
            sparse.SetLength(size);
        }

        var platform = new Platform(new PlatformOptions { InitialFileSystem = LoadedFile.Of(initrd) });
        var before = GC.GetAllocatedBytesForCurrentThread();
        platform.Describe([AlgorithmId.Sha256]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, size / 16);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var missing = _folder.File("no-kernel");
        var refused = Assert.Throws<SimulatorException>(() => Boot(new PlatformOptions { Kernel = LoadedFile.Of(missing) }));
        Assert.StartsWith($"{missing} cannot be measured: ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("firmware version", new[] { 0 })]
    [InlineData("firmware", new[] { 0 })]
    [InlineData("option ROM", new[] { 2 })]
    [InlineData("boot loader", new[] { 4 })]
    [InlineData("secure boot", new[] { 7 })]
    [InlineData("hypervisor", new[] { 9 })]
    [InlineData("hypervisor's command line", new[] { 8, 9 })]
    [InlineData("initrd's path", new[] { 8, 9 })]
    public void A_change_shows_in_the_PCRs_that_it_belongs_to_and_in_no_other(string what, int[] pcrs)
    {
        var options = new PlatformOptions();
        var changed = what switch
        {
            "firmware version" => options with { FirmwareVersion = "2.0" },
            "firmware" => options with { Firmware = BootImage.FromBytes("other"u8.ToArray()) },
            "option ROM" => options with { OptionRoms = [BootImage.FromFile(typeof(PlatformTests).Assembly.Location)] },
            "boot loader" => options with { BootLoader = BootImage.FromFile(typeof(PlatformTests).Assembly.Location) },
            "secure boot" => options with { SecureBoot = false },
            "hypervisor" => options with { Hypervisor = options.Hypervisor! with { Image = BootImage.FromBytes("other"u8.ToArray()) } },
            "hypervisor's command line" => options with { Hypervisor = options.Hypervisor! with { CommandLine = "flask=enforcing" } },
            _ => options with { InitialFileSystem = options.InitialFileSystem! with { Path = "/boot/other" } },
        };
        var (before, after) = (Pcrs(options), Pcrs(changed));
        Assert.Equal(pcrs, before.Keys.Where(pcr => before[pcr] != after[pcr]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_log_proves_Secure_Boot_and_what_GRUB_handed_over(bool isXen)
    {
        var options = new PlatformOptions();
        options = isXen ? options : options with { Hypervisor = null };
        var boot = BootState.Read(Boot(options), AlgorithmId.Sha256);
        Assert.Empty(boot.Findings);
        Assert.True(boot.SecureBoot.Enabled!.Value);
        Assert.Equal(("GRUB", ""), (boot.Handover.Loader, boot.Handover.Doubt));
        LoadedFile[] files = [.. new LoadedFile?[] { options.Hypervisor, options.Kernel, options.InitialFileSystem }.OfType<LoadedFile>()];
        Assert.Equal(files.Select(file => file.Path), boot.Handover.Parts.Select(part => part.Name));
        Assert.Equal(
            files.Select(file => Convert.ToHexString(file.Image.Digest([AlgorithmId.Sha256])[0].Value.Span)),
            boot.Handover.Parts.Select(part => Convert.ToHexString(part.Digest.Span)));
        Assert.Equal(isXen ? options.Hypervisor!.CommandLine : $"{options.Kernel.Path} {options.Kernel.CommandLine}", boot.Handover.Parts[0].CommandLine!.Value);
    }

    [Theory]
    [InlineData(true, 1, 1)]
    [InlineData(false, 0, 0)]
    public void Secure_Boot_is_in_PCR_7_as_its_variables_and_the_boot_loaders_authority(bool enabled, int value, int authorities)
    {
        var events = Boot(new PlatformOptions { SecureBoot = enabled }).Events.Where(measured => measured.Pcr.Value == 7).ToArray();
        var variables = events.Where(measured => measured.Type == EventType.EfiVariableDriverConfig).ToArray();
        Assert.Equal(
            ["SecureBoot", "PK", "KEK", "db", "dbx"],
            variables.Select(measured => Assert.IsType<VariableEvent>(TcgEvent.Read(measured, AlgorithmId.Sha256)).Variable.Name));
        Assert.Equal(value, variables[0].Data.Span[^1]);
        Assert.Equal(authorities, events.Count(measured => measured.Type == EventType.EfiVariableAuthority));
        Assert.Equal(enabled, variables.Skip(1).All(measured => BitConverter.ToUInt64(measured.Data.Span[24..]) > 0));
    }

    [Theory]
    [InlineData("root=/dev/sda\nroot=/dev/sdb", "the kernel's command line has a control character: leave it out")]
    [InlineData("a\0b", "the kernel's command line has a control character: leave it out")]
    public void Text_that_GRUB_could_not_have_read_is_refused(string commandLine, string message)
    {
        var kernel = new PlatformOptions().Kernel with { CommandLine = commandLine };
        Assert.Equal(message, Assert.Throws<SimulatorException>(() => new Platform(new PlatformOptions { Kernel = kernel })).Message);
    }

    [Fact]
    public void Text_is_bounded()
    {
        static PlatformOptions Version(int length) => new() { FirmwareVersion = new string('x', length) };
        Boot(Version(4096));
        Assert.Equal("the firmware version has 4097 bytes, 4096 are allowed", Assert.Throws<SimulatorException>(() => new Platform(Version(4097))).Message);
    }

    [Theory]
    [InlineData("boot/xen.gz")]
    [InlineData("/boot/xen 4.gz")]
    public void A_path_that_is_no_path_of_GRUBs_is_refused(string path)
    {
        var hypervisor = new PlatformOptions().Hypervisor! with { Path = path };
        Assert.Contains(path, Assert.Throws<SimulatorException>(() => new Platform(new PlatformOptions { Hypervisor = hypervisor })).Message, StringComparison.Ordinal);
    }

    private static TcgEventLog Boot(PlatformOptions options, params AlgorithmId[] banks)
    {
        var boot = new Platform(options).Describe(banks is [] ? [AlgorithmId.Sha256] : banks);
        Assert.True(TcgEventLog.TryParse(boot.EventLog, out var log, out var problem), problem?.ToString());
        return log;
    }

    private static SortedDictionary<int, string> Pcrs(PlatformOptions options)
    {
        Assert.True(PcrReplay.TryReplay(Boot(options), AlgorithmId.Sha256, out var replay));
        return new SortedDictionary<int, string>(replay.Explained.ToDictionary(pcr => pcr.Value, pcr => Convert.ToHexString(replay.Values[pcr])));
    }

    private static IEnumerable<string> GrubEvents(PlatformOptions options) => Boot(options).Events
        .Where(measured => measured.Type == EventType.Ipl)
        .Select(measured => $"{measured.Pcr} {Text(measured)}");

    private static byte[] Digest(Platform platform, string path)
    {
        Assert.True(TcgEventLog.TryParse(platform.Describe([AlgorithmId.Sha256]).EventLog, out var log, out _));
        return log.Events.Single(measured => measured.Pcr.Value == 9 && Text(measured) == path).Digest(AlgorithmId.Sha256).ToArray();
    }

    private static string Text(MeasuredEvent measured) => Encoding.UTF8.GetString(measured.Data.Span).TrimEnd('\0');
}
