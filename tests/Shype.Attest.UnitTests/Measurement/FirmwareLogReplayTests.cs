using Shype.Attest.Measurement;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Testing;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Measurement;

/// <summary>Logs of real machines replay to the PCRs of those machines.</summary>
public sealed class FirmwareLogReplayTests
{
    [Theory]
    [MemberData(nameof(FirmwareLogs.WithExpectedPcrs), MemberType = typeof(FirmwareLogs))]
    public void A_real_log_replays_to_its_machines_PCRs(string file)
    {
        var expected = FirmwareLogs.Expected.GetProperty(file);
        var log = FirmwareLogs.Parse(file);

        Assert.Equal(expected.GetProperty("format").GetString() == "sha1" ? LogFormat.Sha1 : LogFormat.CryptoAgile, log.Format);
        Assert.Equal(expected.GetProperty("events").GetInt32(), log.Events.Count);
        foreach (var set in new[] { "pcrs", "measured" })
        {
            foreach (var bank in expected.GetProperty(set).EnumerateObject())
            {
                var replay = Replay(log, bank.Name);
                Assert.Empty(replay.Incomplete);
                foreach (var pcr in bank.Value.EnumerateObject())
                {
                    Assert.Equal($"{pcr.Name} {pcr.Value}", $"{pcr.Name} {Hex(replay, pcr.Name)}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(FirmwareLogs.WithExpectedPcrs), MemberType = typeof(FirmwareLogs))]
    public void Only_the_PCRs_that_events_name_count_as_explained(string file)
    {
        var log = FirmwareLogs.Parse(file);
        foreach (var bank in FirmwareLogs.Expected.GetProperty(file).GetProperty("pcrs").EnumerateObject())
        {
            Assert.Equal(bank.Value.EnumerateObject().Select(pcr => pcr.Name), Replay(log, bank.Name).Explained.Select(pcr => pcr.ToString()));
        }
    }

    [Theory]
    [InlineData("linux_tpm12.json", 4)]
    [InlineData("windows_gcp_shielded_vm.json", 4)]
    public void A_dumped_log_replays_to_the_PCRs_dumped_beside_it(string file, int algorithm)
    {
        var log = FirmwareLogs.Parse(FirmwareLogs.Dumped(file));
        Assert.True(PcrReplay.TryReplay(log, (AlgorithmId)algorithm, out var replay));
        var found = PcrBank.AtReset((AlgorithmId)algorithm);
        // DigestAlg is Go's crypto.Hash: 3 is SHA-1, 5 is SHA-256.
        var dumped = FirmwareLogs.Dump(file).GetProperty("Log").GetProperty("PCRs").EnumerateArray()
            .Where(pcr => pcr.GetProperty("DigestAlg").GetInt32() == (algorithm == 4 ? 3 : 5));
        foreach (var pcr in dumped)
        {
            found.Set(new PcrIndex(pcr.GetProperty("Index").GetInt32()), pcr.GetProperty("Digest").GetBytesFromBase64());
        }

        Assert.True(found.IsCapped);
        Assert.Empty(PcrReplay.Compare(replay, found, replay.Explained));
    }

    [Fact]
    public void An_H_CRTM_starts_PCR_0_at_locality_4()
    {
        // The value is from tpm2-tss test/unit/fapi-eventlog.c.
        var log = FirmwareLogs.Parse("tss_binary_measurements_hcrtm.bin");
        Assert.Equal(4, log.StartupLocality);
        Assert.Equal("15f4e6ca457d1af6bc49511a93ba3500ad69acc5", Hex(Replay(log, "sha1"), "0"));
    }

    [Fact]
    public void A_first_event_too_short_for_a_Spec_ID_event_heads_a_SHA_1_log()
    {
        var log = FirmwareLogs.Parse("short_no_action_eventlog");
        Assert.Equal(LogFormat.Sha1, log.Format);
        Assert.Equal(3, log.StartupLocality);
        Assert.Equal(LogFindingCode.NoMeasurements, Assert.Single(log.Findings).Code);
    }

    [Fact]
    public void Vendor_information_in_or_behind_the_Spec_ID_event_is_kept()
    {
        var behind = FirmwareLogs.Parse("tt_specid-vendordata.bin");
        Assert.Equal("DEADBEEF", Convert.ToHexString(behind.SpecId!.VendorInfo.Span));
        Assert.Contains(behind.Findings, f => f.Code == LogFindingCode.SpecIdSizeWithoutVendorInfo);

        var within = FirmwareLogs.Parse("acs_tpm2bios.log");
        Assert.Equal("IBM\0"u8, within.SpecId!.VendorInfo.Span);
        Assert.Equal(LogFindingCode.SpecIdWithDigest, Assert.Single(within.Findings).Code);
    }

    [Fact]
    public void A_log_without_the_two_ExitBootServices_events_replays_once_they_are_appended()
    {
        // This machine's firmware extended two events that its log lacks; the value is from go-attestation attest/eventlog_test.go.
        const string real = "31245808d6d35849bc394f6343f2b3ff908ed5e3";
        var bytes = TestData.Bytes("eventlog", "ebs_event_missing_eventlog");
        byte[] repaired = [.. bytes, .. Action("Exit Boot Services Invocation"), .. Action("Exit Boot Services Returned with Success")];
        Assert.NotEqual(real, Hex(Replay(FirmwareLogs.Parse(bytes), "sha1"), "5"));
        Assert.Equal(real, Hex(Replay(FirmwareLogs.Parse(repaired), "sha1"), "5"));

        static byte[] Action(string text)
        {
            var data = System.Text.Encoding.ASCII.GetBytes(text);
            return [5, 0, 0, 0, 7, 0, 0, 0x80, .. AlgorithmId.Sha1.Hash(data), (byte)data.Length, 0, 0, 0, .. data];
        }
    }

    [Fact]
    public void L11_a_log_of_another_machine_or_bank_does_not_account_for_the_PCRs()
    {
        var ours = Replay(FirmwareLogs.Parse("ubuntu-2104-no-secure-boot.bin"), "sha256");
        var other = Replay(FirmwareLogs.Parse("ubuntu-1804-amd-sev.bin"), "sha256");
        var differences = PcrReplay.Compare(other, ours.Values, ours.Explained);
        Assert.Contains(differences, d => d.Code == PcrDifferenceCode.Mismatch && d.Pcr.Value == 4);
        Assert.False(PcrReplay.TryReplay(FirmwareLogs.Parse("debian-10.bin"), AlgorithmId.Sha256, out _));
    }

    [Fact]
    public void L12_a_PCR_that_no_event_explains_is_named()
    {
        var replay = Replay(FirmwareLogs.Parse("tt_specid-vendordata.bin"), "sha256");
        var found = Replay(FirmwareLogs.Parse("ubuntu-1804-amd-sev.bin"), "sha256").Values;
        var pcrs = Enumerable.Range(0, 8).Select(i => new PcrIndex(i)).ToArray();

        var differences = PcrReplay.Compare(replay, found, pcrs);
        Assert.Equal(pcrs, differences.Select(d => d.Pcr));
        Assert.All(differences, d => Assert.Equal(PcrDifferenceCode.Unexplained, d.Code));
        Assert.Empty(PcrReplay.Compare(replay, PcrBank.AtReset(AlgorithmId.Sha256), pcrs));
    }

    [Fact]
    public void L12_an_empty_log_is_none()
    {
        Assert.Equal("log at byte 0: is empty", FirmwareLogs.Refuse([]).ToString());
        Assert.Contains(FirmwareLogs.Parse("tt_specid-vendordata.bin").Findings, f => f.Code == LogFindingCode.NoMeasurements);
    }

    [Fact]
    public void A_bank_that_firmware_did_not_cap_says_so()
    {
        Assert.False(PcrBank.AtReset(AlgorithmId.Sha384).IsCapped);
        Assert.True(Replay(FirmwareLogs.Parse("cos-85-amd-sev.bin"), "sha384").Values.IsCapped);
    }

    private static FirmwareReplay Replay(TcgEventLog log, string bank)
    {
        Assert.True(HashAlgorithms.TryParseText(bank, out var algorithm));
        Assert.True(PcrReplay.TryReplay(log, algorithm, out var replay));
        return replay;
    }

    private static string Hex(FirmwareReplay replay, string pcr) =>
        Convert.ToHexStringLower(replay.Values[new PcrIndex(int.Parse(pcr, System.Globalization.CultureInfo.InvariantCulture))]);

    /// <summary>What a TDX machine's registers had (google/go-eventlog, ccel/cceventlog_test.go). The log calls register 0 PCR 1; the first one is padded as its ACPI table is.</summary>
    [Theory]
    [InlineData("ccel_cos-113-intel-tdx.bin", "3fa2f61f395b7f5feefb4ec2df61297f109ad8abcd6410c1b7df60f21f37b19297fc35e544039c7e1edece752afd17f6", "f62dbc072bd5d3f3438b7b35c39a727f5aea2ffc2473f43723953f530daf62504f0a7944aa62c41a86e8a878c2b122c1", "4969684dc87381fc3b3134176c8d8806eaf0a901859f5f70cfae8d17714b46c10a8de219048c9fc09f11f381a6fbe7c1")]
    [InlineData("ccel_cos-113-intel-tdx-dupe-separator-unpadded.bin", "a4de2df23e9611299123ba4359c42a5e578b0f8488bf1bba8ef5606d9ea5d81c97c064b482a5eac537d166bd0f0f752d", "0ee9366c928a77092f55e9e114c7394181fd264699155f0df77d23577618d5f650568a17d379355a07bd846e552f4e20", "4969684dc87381fc3b3134176c8d8806eaf0a901859f5f70cfae8d17714b46c10a8de219048c9fc09f11f381a6fbe7c1")]
    public void The_log_of_a_confidential_VM_comes_to_its_registers(string file, params string[] registers)
    {
        var log = FirmwareLogs.Parse(file);
        Assert.Equal(LogFormat.Ccel, log.Format);
        Assert.True(PcrReplay.TryReplay(log, AlgorithmId.Sha384, out var replay));
        Assert.Equal(registers, new[] { 1, 2, 3 }.Select(register => Convert.ToHexStringLower(replay.Values[new PcrIndex(register)])));
    }
}
