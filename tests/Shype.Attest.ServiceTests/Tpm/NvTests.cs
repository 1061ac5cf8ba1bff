using System.Runtime.Versioning;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.ServiceTests.Tpm;

[SupportedOSPlatform("linux")]
public sealed class NvTests
{
    [Fact]
    public async Task A_certificate_larger_than_one_read_that_others_stored_is_read_whole()
    {
        using var tpm = new TpmFixture();
        var certificate = Enumerable.Range(0, 1700).Select(value => (byte)(value * 7)).ToArray();
        await tpm.Write("certificate", certificate);
        await tpm.Run("tpm2_nvdefine", "0x1c00002", "-C", "p", "-s", "1700", "-a", "ppwrite|ppread|ownerread|authread|no_da|platformcreate");
        using (var client = tpm.Open())
        {
            Assert.Null(NvCertificate.Read(client, Handle.EkRsaCertificateIndex));
            Assert.Null(NvCertificate.Read(client, Handle.EkEccCertificateIndex));
            Assert.InRange(Capabilities.Property(client, TpmProperty.NvBufferMax)!.Value, 512u, 1699u);
        }

        await tpm.Run("tpm2_nvwrite", "0x1c00002", "-C", "p", "-i", tpm["certificate"]);
        using var again = tpm.Open();
        Assert.Equal(certificate, NvCertificate.Read(again, Handle.EkRsaCertificateIndex));
    }

    [Fact]
    public async Task An_index_defined_and_written_here_is_read_by_tpm2_tools_and_removed_again()
    {
        using var tpm = new TpmFixture();
        var index = new Handle(0x0180_0002);
        var area = new NvPublic(index, AlgorithmId.Sha256, NvAttributes.OwnerRead | NvAttributes.OwnerWrite | NvAttributes.AuthRead | NvAttributes.AuthWrite, [], 8);
        using (var client = tpm.Open())
        {
            client.Execute(new NvDefineSpaceCommand(Handle.Owner, area, "password"u8.ToArray()));
            var taken = Assert.Throws<TpmException>(() => client.Execute(new NvDefineSpaceCommand(Handle.Owner, area, [])));
            Assert.Equal("TPM2_NV_DefineSpace was refused: TPM_RC_NV_DEFINED (0x14c): the NV index or persistent handle is taken; use the one that is there, remove it first, or take another number", taken.Message);
            Assert.True(Assert.Throws<TpmException>(() => client.Execute(new NvReadCommand(index, index, 1, 0), TpmSession.Password("password"u8))).Is(ResponseCode.NvUninitialized));
            var wrong = Assert.Throws<TpmSessionException>(() => client.Execute(new NvWriteCommand(index, index, "measured"u8.ToArray(), 0), TpmSession.Password("passwort"u8)));
            Assert.Equal((1, true), (wrong.Number, wrong.Is(ResponseCode.AuthFail)));
            client.Execute(new NvWriteCommand(index, index, "measured"u8.ToArray(), 0), TpmSession.Password("password"u8));
            var told = client.Execute(new NvReadPublicCommand(index));
            Assert.Equal(area.Attributes | NvAttributes.Written, told.Public.Attributes);
            Assert.Throws<TpmException>(() => client.Execute(new NvReadCommand(Handle.Owner, index, 9, 0)));
        }

        Assert.Equal("measured", await tpm.Run("tpm2_nvread", "0x1800002", "-C", "o"));
        Assert.Equal("sure", await tpm.Run("tpm2_nvread", "0x1800002", "-P", "password", "-s", "4", "--offset", "3"));
        using (var client = tpm.Open())
        {
            client.Execute(new NvUndefineSpaceCommand(Handle.Owner, index));
            Assert.Equal(1, Assert.Throws<TpmHandleException>(() => client.Execute(new NvReadPublicCommand(index))).Number);
        }

        Assert.DoesNotContain("0x1800002", await tpm.Run("tpm2_getcap", "handles-nv-index"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clear_and_clock_and_properties_are_as_tpm2_tools_see_them()
    {
        using var tpm = new TpmFixture();
        tpm.Emulator.Reboot();
        using (var client = tpm.Open())
        {
            var before = client.Execute(new ReadClockCommand()).Clock;
            Assert.Equal((2u, 0u, true), (before.ResetCount, before.RestartCount, before.Safe));
            client.Execute(new ClearCommand(Handle.Lockout));
            Assert.Equal(0u, client.Execute(new ReadClockCommand()).Clock.ResetCount);
            client.Execute(new SelfTestCommand(true));
            client.Execute(new ShutdownCommand(StartupType.Clear));
            Assert.True(Assert.Throws<TpmException>(() => client.Execute(new StartupCommand(StartupType.Clear))).Is(ResponseCode.Initialize));
            Assert.Equal(0x322e3000u, Capabilities.Property(client, TpmProperty.FamilyIndicator));
            Assert.Null(Capabilities.Property(client, (TpmProperty)0x7fff));
            var algorithms = Capabilities.Algorithms(client).Select(property => property.Algorithm).ToArray();
            Assert.Contains(AlgorithmId.Sha384, algorithms);
            Assert.Equal(algorithms.Distinct().Order(), algorithms);
        }

        var count = (await tpm.Run("tpm2_getcap", "algorithms")).Split('\n').Count(line => line.StartsWith("  value:", StringComparison.Ordinal));
        using var again = tpm.Open();
        Assert.Equal(count, Capabilities.Algorithms(again).Count);
    }
}
