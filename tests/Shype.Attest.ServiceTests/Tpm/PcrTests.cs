using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.ServiceTests.Tpm;

[SupportedOSPlatform("linux")]
public sealed partial class PcrTests
{
    [Fact]
    public async Task All_PCRs_of_all_banks_are_those_that_tpm2_pcrread_prints()
    {
        using var tpm = new TpmFixture();
        foreach (var pcr in new[] { 0, 7, 9, 10, 23 })
        {
            await tpm.Run("tpm2_pcrextend", $"{pcr}:sha1={new string('1', 40)},sha256={new string('2', 64)},sha384={new string('3', 96)},sha512={new string('4', 128)}");
        }

        var printed = await tpm.Run("tpm2_pcrread");
        using var client = tpm.Open();
        var banks = Capabilities.Banks(client);
        var read = PcrBanks.Read(client, banks);
        var line = 0;
        foreach (var theirs in Value().Matches(printed).Select(match => match.Groups[1].Value))
        {
            Assert.Equal(theirs, Convert.ToHexString(read[banks.Selections[line / 24].Bank, line % 24].Span));
            line++;
        }

        Assert.Equal(24 * 4, line);
        Assert.Equal(line, banks.PcrCount);
    }

    [Fact]
    public async Task What_is_extended_and_hashed_here_shows_there()
    {
        using var tpm = new TpmFixture();
        var digest = AlgorithmId.Sha256.Hash("hypervisor"u8);
        DigestValues hashed;
        using (var client = tpm.Open())
        {
            client.Execute(new PcrExtendCommand(Handle.Pcr(11), new DigestValues([new HashValue(AlgorithmId.Sha256, digest)])));
            hashed = client.Execute(new PcrEventCommand(Handle.Pcr(16), "hypervisor"u8.ToArray())).Digests;
        }

        Assert.Equal(digest, Assert.Single(hashed.Digests, value => value.Algorithm == AlgorithmId.Sha256).Digest);
        var expected = Convert.ToHexString(AlgorithmId.Sha256.Hash([.. new byte[32], .. digest]));
        var printed = await tpm.Run("tpm2_pcrread", "sha256:11,16");
        Assert.Equal([expected, expected], Value().Matches(printed).Select(match => match.Groups[1].Value));
        using (var client = tpm.Open())
        {
            client.Execute(new PcrResetCommand(Handle.Pcr(16)));
            var refused = Assert.Throws<TpmWarningException>(() => client.Execute(new PcrResetCommand(Handle.Pcr(11))));
            Assert.Equal("TPM_RC_LOCALITY", refused.Code.Name);
        }

        Assert.EndsWith(new string('0', 64), (await tpm.Run("tpm2_pcrread", "sha256:16")).Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public void PCRs_that_move_while_they_are_read_are_read_again()
    {
        using var tpm = new TpmFixture();
        var interposer = new Interposer(TpmConnection.Open(tpm.Emulator.Address));
        using var client = new TpmClient(interposer);
        var all = PcrSelectionList.Of(new PcrSelection(AlgorithmId.Sha256, 0xff_ffff));
        var reads = 0;
        interposer.OnResponse = (command, _) =>
        {
            if (command == CommandCode.PcrRead && ++reads == 2)
            {
                interposer.Send(Extend10);
            }
        };
        var read = PcrBanks.Read(client, all);
        // The third of the first attempt finds another counter; the second attempt needs three.
        Assert.Equal(3 + 3, reads);
        Assert.Equal(Convert.ToHexString(AlgorithmId.Sha256.Hash(new byte[64])), Convert.ToHexString(read[AlgorithmId.Sha256, 10].Span));

        interposer.OnResponse = (command, _) =>
        {
            if (command == CommandCode.PcrRead)
            {
                interposer.Send(Extend10);
            }
        };
        Assert.StartsWith("PCRs changed during each of 16 attempts to read sha256:0,1,2", Assert.Throws<PcrsUnsettledException>(() => PcrBanks.Read(client, all)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bank_that_is_not_there_is_named_with_those_that_are()
    {
        using var tpm = new TpmFixture();
        using var client = tpm.Open();
        var refused = Assert.Throws<ArgumentException>(() => PcrBanks.Read(client, PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 1), PcrSelection.Of(AlgorithmId.Sha3_256, 7))));
        Assert.StartsWith("this TPM does not have all of sha256:1+sha3_256:7: its banks are sha1:0,1,2", refused.Message, StringComparison.Ordinal);
        Assert.Empty(PcrBanks.Read(client, PcrSelectionList.Of()).Pcrs.Selections);
    }

    // TPM2_PCR_Extend(10, sha256 of zeros) with an empty password, as anybody else would send it.
    private static readonly byte[] Extend10 = Convert.FromHexString("80020000004100000182" + "0000000a" + "00000009" + "400000090000010000" + "00000001000b" + new string('0', 64));

    [GeneratedRegex(@"\d+ *: 0x([0-9A-F]+)")]
    private static partial Regex Value();
}
