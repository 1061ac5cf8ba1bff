using System.Runtime.Versioning;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.ServiceTests.Tpm;

/// <summary>The bytes of our commands are those that tpm2-tools send for the same purpose.</summary>
[SupportedOSPlatform("linux")]
public sealed class CommandBytesTests
{
    [Fact]
    public async Task Commands_have_the_bytes_of_tpm2_tools()
    {
        using var tpm = new TpmFixture();
        using var server = new MssimServer(tpm.Emulator.Address);
        var index = new Handle(0x0150_0001);
        var owner = NvAttributes.OwnerRead | NvAttributes.OwnerWrite;
        var digest = Enumerable.Repeat((byte)0xab, 32).ToArray();
        await File.WriteAllTextAsync(tpm["data"], "measured", TestContext.Current.CancellationToken);

        await Same(new GetRandomCommand(8), "tpm2_getrandom", "8");
        await Same(new SelfTestCommand(true), "tpm2_selftest", "-f");
        await Same(new ReadClockCommand(), "tpm2_readclock");
        await Same(new PcrReadCommand(PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0, 7, 16, 23))), "tpm2_pcrread", "sha256:0,7,16,23");
        await Same(new PcrExtendCommand(Handle.Pcr(16), new DigestValues([new HashValue(AlgorithmId.Sha256, digest)])), "tpm2_pcrextend", "16:sha256=" + Convert.ToHexStringLower(digest));
        await Same(new PcrEventCommand(Handle.Pcr(16), "measured"u8.ToArray()), "tpm2_pcrevent", "16", tpm["data"]);
        await Same(new PcrResetCommand(Handle.Pcr(16)), "tpm2_pcrreset", "16");
        await Same(new NvDefineSpaceCommand(Handle.Owner, new NvPublic(index, AlgorithmId.Sha256, owner, [], 8), []), "tpm2_nvdefine", "0x1500001", "-C", "o", "-s", "8", "-a", "ownerread|ownerwrite");
        await Same(new NvReadPublicCommand(index), "tpm2_nvreadpublic", "0x1500001");
        await Same(new NvWriteCommand(Handle.Owner, index, "measured"u8.ToArray(), 0), "tpm2_nvwrite", "0x1500001", "-C", "o", "-i", tpm["data"]);
        await Same(new NvReadCommand(Handle.Owner, index, 8, 0), "tpm2_nvread", "0x1500001", "-C", "o", "-s", "8");
        await Same(new NvUndefineSpaceCommand(Handle.Owner, index), "tpm2_nvundefine", "0x1500001", "-C", "o");
        await Same(new GetCapabilityCommand(Capability.Pcrs, 0, 0x7f), "tpm2_getcap", "pcrs");
        await Same(new ClearCommand(Handle.Lockout), "tpm2_clear");
        await Same(new ShutdownCommand(StartupType.Clear), "tpm2_shutdown", "-c");

        // What is the same command is found among those around it, which prepare and tidy up.
        async Task Same<TResponse>(ITpmCommand<TResponse> ours, string tool, params string[] arguments)
        {
            await Tool.Try(server.Tcti, tool, arguments);
            var theirs = server.TakeRecorded();
            using (var client = new TpmClient(TpmConnection.Open(server.Address)))
            {
                try
                {
                    client.Execute(ours);
                }
                catch (TpmException)
                {
                    // Some cannot be done twice; the bytes were sent.
                }
            }

            var sent = server.TakeRecorded()[^1];
            var alike = theirs.Where(command => command.AsSpan(6, 4).SequenceEqual(sent.AsSpan(6, 4)));
            Assert.Contains(Said(sent, ours.HandleArea.Count), alike.Select(command => Said(command, ours.HandleArea.Count)));
        }
    }

    // A command without its size and its sessions: where the tools authorise by an HMAC session of their own, the rest must still be the same.
    private static string Said(byte[] command, int handles)
    {
        var parameters = 10 + (4 * handles);
        if (command[1] == SessionsTag)
        {
            parameters += 4 + (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(command.AsSpan(parameters));
        }

        return $"{Convert.ToHexString(command.AsSpan(0, 2))} {Convert.ToHexString(command.AsSpan(6, 4 + (4 * handles)))} {Convert.ToHexString(command.AsSpan(parameters))}";
    }

    private const byte SessionsTag = 0x02;
}
