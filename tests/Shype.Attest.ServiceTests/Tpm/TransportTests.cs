using System.Runtime.Versioning;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.TpmSim.Emulation;
using Xunit;

namespace Shype.Attest.ServiceTests.Tpm;

[SupportedOSPlatform("linux")]
public sealed class TransportTests
{
    [Theory]
    [InlineData(EmulatorEndpoint.UnixSocket)]
    [InlineData(EmulatorEndpoint.Tcp)]
    public async Task A_TPM_answers_over_both_kinds_of_socket_and_serves_others_afterwards(EmulatorEndpoint endpoint)
    {
        using var tpm = new TpmFixture(endpoint);
        using (var client = tpm.Open())
        {
            var first = client.Execute(new GetRandomCommand(16)).Random;
            Assert.Equal(16, first.Length);
            Assert.NotEqual(first, client.Execute(new GetRandomCommand(16)).Random);
        }

        await tpm.Run("tpm2_getrandom", "8");
    }

    [Fact]
    public void A_second_client_waits_its_turn_and_is_told_who_is_in_the_way()
    {
        using var tpm = new TpmFixture();
        using (var first = tpm.Open())
        {
            var refused = Assert.Throws<TpmTransportException>(() => TpmConnection.Open(tpm.Emulator.Address, new TpmConnectionOptions { Patience = TimeSpan.FromMilliseconds(300) }));
            Assert.Equal($"swtpm at {tpm["tpm/tpm.sock"]} did not answer within 0.3 s: another client holds it, for it serves one at a time; end that one", refused.Message);
            first.Execute(new GetRandomCommand(1));
        }

        using var second = tpm.Open();
        second.Execute(new GetRandomCommand(1));
    }

    [Fact]
    public async Task A_second_client_is_served_as_soon_as_the_first_ends()
    {
        using var tpm = new TpmFixture();
        var first = tpm.Open();
        var second = Task.Run(tpm.Open, TestContext.Current.CancellationToken);
        first.Execute(new GetRandomCommand(1));
        Assert.False(second.IsCompleted);
        first.Dispose();
        using var client = await second;
        client.Execute(new GetRandomCommand(1));
    }

    [Fact]
    public void A_TPM_that_died_is_a_transport_error_now_and_later()
    {
        using var tpm = new TpmFixture();
        using var client = tpm.Open();
        tpm.Emulator.PowerCut();
        Assert.Contains("the connection to swtpm at", Assert.Throws<TpmTransportException>(() => client.Execute(new GetRandomCommand(1))).Message, StringComparison.Ordinal);
        Assert.Contains("is closed after an earlier failure: open it again", Assert.Throws<TpmTransportException>(() => client.Execute(new GetRandomCommand(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_there_is_said_at_once()
    {
        Assert.StartsWith("nobody listens at swtpm at ", Assert.Throws<TpmTransportException>(() => TpmConnection.Open("swtpm:unix:/nowhere/tpm.sock")).Message, StringComparison.Ordinal);
        Assert.StartsWith("nobody listens at swtpm at ", Assert.Throws<TpmTransportException>(() => TpmConnection.Open("swtpm:tcp:127.0.0.1:1")).Message, StringComparison.Ordinal);
        Assert.StartsWith("nobody listens at the simulator's platform port ", Assert.Throws<TpmTransportException>(() => TpmConnection.Open("mssim:127.0.0.1:1")).Message, StringComparison.Ordinal);
        Assert.StartsWith("there is no /dev/tpm-none: ", Assert.Throws<TpmTransportException>(() => TpmConnection.Open("/dev/tpm-none")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tpm0")]
    [InlineData("device:")]
    [InlineData("swtpm:unix:")]
    [InlineData("swtpm:tcp:localhost")]
    [InlineData("swtpm:tcp:localhost:0")]
    [InlineData("swtpm:tcp::2321")]
    [InlineData("mssim:localhost:65535")]
    public void What_is_no_address_is_told_the_forms(string address) =>
        Assert.Contains("write /dev/tpmrm0, device:PATH, swtpm:unix:PATH, swtpm:tcp:HOST:PORT or mssim:HOST:PORT", Assert.Throws<ArgumentException>(() => TpmConnection.Open(address)).Message, StringComparison.Ordinal);
}
