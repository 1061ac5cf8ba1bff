using System.Text;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.EventLogs.Boot;
using Shype.Attest.Measurement.EventLogs.Events;
using Shype.Attest.Testing;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Measurement;

/// <summary>What logs of real machines prove about their boot, and what they do not.</summary>
public sealed class BootStateTests
{
    [Fact]
    public void The_claims_of_every_real_log_are_the_ones_that_were_reviewed()
    {
        var text = new StringBuilder();
        foreach (var (name, bytes) in FirmwareLogs.All)
        {
            var report = EventLogReport.Create(FirmwareLogs.Parse(bytes));
            text.Append(name).Append(" (").Append(report.ClaimsBank ?? "no bank").AppendLine(")");
            foreach (var claim in report.Claims)
            {
                text.AppendLine($"  {claim.Name}: {claim.Value} [PCR {claim.Pcr}, event {claim.Event}, {claim.Coverage}]");
            }

            foreach (var finding in report.Findings)
            {
                text.AppendLine($"  finding {finding.Code}, event {finding.Event}: {finding.Detail}");
            }
        }

        Golden.Match("boot", "claims.txt", text.ToString());
    }

    [Fact]
    public void Every_event_of_every_real_log_is_understood_and_none_is_malformed()
    {
        var odd = FirmwareLogs.All.SelectMany(log => Events(FirmwareLogs.Parse(log.Bytes)).Where(shown => shown is MalformedEvent or UnknownEvent).Select(shown => $"{log.Name} {shown.Text}"));
        Assert.Empty(odd);
    }

    [Fact]
    public void Coverage_is_found_by_hashing_and_follows_each_writer()
    {
        var events = Events(FirmwareLogs.Parse("keylime_binary_bios_measurements-secureboot"));
        Assert.Equal("whole", Of<VariableEvent>("SecureBoot"));
        Assert.Equal("part: the value, not the name", Of<VariableEvent>("BootOrder"));
        Assert.Equal("part: the text behind the prefix", Of<GrubTextEvent>("linux"));
        Assert.Equal("nothing", Of<ImageEvent>("grubx64"));
        Assert.Equal("nothing", Of<FileEvent>("grub.cfg"));
        Assert.Equal("nothing", Of<MokEvent>("MokList"));
        Assert.Equal("whole", Of<PartitionTableEvent>("disk"));
        Assert.Equal("nothing", Of<FirmwareBlobEvent>("bytes"));
        var shim = Events(FirmwareLogs.Parse("debian-10.bin")).OfType<AuthorityEvent>().Last();
        Assert.Equal("part: all but the last byte", shim.Coverage.ToString());

        string Of<T>(string text)
            where T : TcgEvent => events.OfType<T>().First(shown => shown.Text.Contains(text, StringComparison.Ordinal)).Coverage.ToString();
    }

    [Fact]
    public void L06_L08_an_event_whose_data_was_changed_is_covered_no_longer_and_gives_no_claim()
    {
        foreach (var (name, bytes) in FirmwareLogs.All)
        {
            var log = FirmwareLogs.Parse(bytes);
            foreach (var shown in Events(log).Where(shown => shown.Coverage.Extent == CoverageExtent.Whole && shown.Measured.Data.Length > 0))
            {
                var (spoiled, at) = (bytes.ToArray(), shown.Measured.Offset + 12 + shown.Measured.Digests.Sum(digest => 2 + digest.Value.Length) + 4);
                if (log.Format == LogFormat.Sha1)
                {
                    at = shown.Measured.Offset + 4 + 4 + 20 + 4;
                }

                spoiled[at + shown.Measured.Data.Length - 1] ^= 1;
                var again = Events(FirmwareLogs.Parse(spoiled))[shown.Measured.Index];
                Assert.False(again.Coverage.Extent == CoverageExtent.Whole, $"{name} event {shown.Measured.Index}");
            }
        }
    }

    [Fact]
    public void Coverage_in_one_bank_says_nothing_about_another()
    {
        var writer = new TcgEventLogWriter(AlgorithmId.Sha1, AlgorithmId.Sha256);
        var digests = writer.Add(new PcrIndex(8), EventType.Ipl, "grub_cmd: boot\0"u8, "boot"u8);
        var forged = new TcgEventLogWriter(AlgorithmId.Sha1, AlgorithmId.Sha256);
        forged.Add(new PcrIndex(8), EventType.Ipl, "grub_cmd: evil\0"u8, [new(AlgorithmId.Sha1, AlgorithmId.Sha1.Hash("evil"u8)), digests[1]]);
        var log = FirmwareLogs.Parse(forged.ToArray());
        Assert.True(TcgEvent.Read(log.Events[0], AlgorithmId.Sha1).Coverage.IsAny);
        Assert.False(TcgEvent.Read(log.Events[0], AlgorithmId.Sha256).Coverage.IsAny);
    }

    [Fact]
    public void A_unified_kernel_image_shows_its_kernel_its_initrd_and_its_command_line()
    {
        var boot = Stub(".linux", ".cmdline", ".initrd");
        Assert.Equal(("systemd-stub", ""), (boot.Handover.Loader, boot.Handover.Doubt));
        Assert.Equal([".linux", ".initrd"], boot.Handover.Parts.Select(part => part.Name));
        Assert.Equal(AlgorithmId.Sha256.Hash("content of .linux"u8), boot.Handover.Parts[0].Digest.ToArray());
        Assert.Equal(AlgorithmId.Sha256.Hash("content of .cmdline"u8), boot.Handover.Parts[0].CommandLineDigest.ToArray());
        Assert.Contains("stands twice", Stub(".linux", ".linux").Handover.Doubt, StringComparison.Ordinal);
        Assert.Contains("no kernel", Stub(".initrd").Handover.Doubt, StringComparison.Ordinal);
    }

    [Fact]
    public void A_Windows_event_is_recognised_and_left_alone_even_where_its_sizes_lie()
    {
        Assert.Equal(["Windows"], BootState.Read(FirmwareLogs.Parse(FirmwareLogs.Dumped("windows_gcp_shielded_vm.json")), AlgorithmId.Sha1).Loaders);
        byte[] lie = [1, 0, 1, 0x40, 0xff, 0xff, 0xff, 0x7f, 1];
        Assert.IsType<MalformedEvent>(One(12, EventType.EventTag, lie));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("7fff0400", "")]
    [InlineData("0101060001027fff0400", "Pci(0x2,0x1)")]
    [InlineData("02010c00d041030a000000000101060000017fff0400", "PciRoot(0x0)/Pci(0x1,0x0)")]
    [InlineData("04040c005c0061006200", "…")]
    [InlineData("0404080061006200", "ab")]
    [InlineData("01010300", "…")]
    [InlineData("010100000101", "…")]
    [InlineData("0101ffff", "…")]
    [InlineData("010106000102010106000304", "Pci(0x2,0x1)/Pci(0x4,0x3)")]
    [InlineData("090904007f0104000101060001027fff0400", "Path(9,9,),Pci(0x2,0x1)")]
    public void A_device_path_is_written_as_UEFI_writes_it_and_ends_where_it_cannot_be_read(string hex, string text) =>
        Assert.Equal(text, DevicePathText.Of(Convert.FromHexString(hex)));

    [Fact]
    public void L10_a_device_path_of_endless_nodes_is_bounded()
    {
        byte[] nodes = [.. Enumerable.Repeat((byte[])[1, 1, 6, 0, 1, 2], MeasurementLimits.MaxDevicePathNodes + 1).SelectMany(node => node)];
        Assert.EndsWith("Pci(0x2,0x1)", DevicePathText.Of(nodes.AsMemory(0, nodes.Length - 6)), StringComparison.Ordinal);
        Assert.EndsWith("…", DevicePathText.Of(nodes), StringComparison.Ordinal);
    }

    private static BootState Stub(params string[] sections)
    {
        var writer = new TcgEventLogWriter(AlgorithmId.Sha256);
        foreach (var section in sections)
        {
            var name = Encoding.Unicode.GetBytes(section + "\0");
            writer.Add(new PcrIndex(11), EventType.Ipl, name, Encoding.ASCII.GetBytes(section + "\0"));
            writer.Add(new PcrIndex(11), EventType.Ipl, name, Encoding.ASCII.GetBytes("content of " + section));
        }

        return BootState.Read(FirmwareLogs.Parse(writer.ToArray()), AlgorithmId.Sha256);
    }

    private static TcgEvent One(int pcr, EventType type, byte[] data)
    {
        var writer = new TcgEventLogWriter(AlgorithmId.Sha256);
        writer.Add(new PcrIndex(pcr), type, data);
        return Events(FirmwareLogs.Parse(writer.ToArray()))[0];
    }

    private static IReadOnlyList<TcgEvent> Events(TcgEventLog log) =>
        TcgEvent.ReadAll(log, log.HasBank(AlgorithmId.Sha256) ? AlgorithmId.Sha256 : AlgorithmId.Sha1);
}
