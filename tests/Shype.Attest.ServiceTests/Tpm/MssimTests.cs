using System.Runtime.Versioning;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Xunit;

namespace Shype.Attest.ServiceTests.Tpm;

[SupportedOSPlatform("linux")]
public sealed class MssimTests
{
    [Fact]
    public async Task The_simulators_protocol_is_spoken_as_tpm2_tools_speak_it()
    {
        using var tpm = new TpmFixture();
        using var server = new MssimServer(tpm.Emulator.Address);
        await Tool.Run(server.Tcti, "tpm2_getrandom", "8");
        var theirs = server.Signals.ToArray();
        server.Signals.Clear();
        using (var client = new TpmClient(TpmConnection.Open(server.Address)))
        {
            Assert.Equal(8, client.Execute(new GetRandomCommand(8)).Random.Length);
            Assert.Equal(0u, client.Execute(new ReadClockCommand()).Clock.RestartCount);
        }

        // Power on and NV on; they end the platform's session later.
        Assert.Equal([1u, 11u], theirs[..2]);
        Assert.Equal([1u, 11u, 20u], server.Signals);
        await Tool.Run(server.Tcti, "tpm2_getrandom", "8");
    }

    [Fact]
    public void A_wrong_closing_word_is_refused_and_ends_the_connection()
    {
        using var tpm = new TpmFixture();
        using var server = new MssimServer(tpm.Emulator.Address) { ClosingWord = 0xdeadbeef };
        using var client = new TpmClient(TpmConnection.Open(server.Address));
        var refused = Assert.Throws<TpmResponseException>(() => client.Execute(new GetRandomCommand(8)));
        Assert.Equal("the simulator's closing word at byte 0: is deadbeef; zero is needed", refused.Problem.ToString());
        Assert.Throws<TpmTransportException>(() => client.Execute(new GetRandomCommand(8)));
    }
}
