using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Tpm.Client;

/// <summary>Commands as tpm2-tools 5.4 send them; the service tests compare with the installed ones.</summary>
public sealed class CommandBytesTests
{
    [Fact]
    public void Random_bytes() => Sent(new GetRandomCommand(8), "8001 0000000c 0000017b 0008");

    [Fact]
    public void PCRs() => Sent(
        new PcrReadCommand(PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, 0, 7, 16, 23))), "8001 00000014 0000017e 00000001 000b 03 810081");

    [Fact]
    public void An_extend_with_the_empty_password() => Sent(
        new PcrExtendCommand(Handle.Pcr(16), new DigestValues([new HashValue(AlgorithmId.Sha256, [.. Enumerable.Repeat((byte)0xab, 32)])])),
        "8002 00000041 00000182 00000010 00000009 40000009 0000 00 0000 00000001 000b " + string.Concat(Enumerable.Repeat("ab", 32)));

    [Fact]
    public void A_password_loses_its_trailing_zeros() => Sent(
        new PcrResetCommand(Handle.Pcr(16)), "8002 0000001d 0000013d 00000010 0000000b 40000009 0000 00 0002 7077", TpmSession.Password("pw\0\0"u8));

    [Fact]
    public void A_missing_session_is_an_empty_password_and_a_given_one_stays_first() => Sent(
        new CertifyCommand(new Handle(0x80000001), new Handle(0x80000000), [9]),
        "8002 0000002f 00000148 80000001 80000000 00000014 40000009 0000 00 0002 7077 40000009 0000 00 0000 0001 09 0010",
        TpmSession.Password("pw"u8));

    [Fact]
    public void More_than_a_TPM_takes_is_not_sent()
    {
        using var transport = new ScriptedTransport("8001 0000000a 00000101");
        using var client = new TpmClient(transport);
        Assert.Throws<ArgumentException>(() => client.Execute(new PcrEventCommand(Handle.Pcr(16), new byte[5000])));
        Assert.Empty(transport.Commands);
    }

    private static void Sent<TResponse>(ITpmCommand<TResponse> command, string hex, params ReadOnlySpan<TpmSession> sessions)
    {
        using var transport = new ScriptedTransport("8001 0000000a 00000101");
        using var client = new TpmClient(transport);
        try
        {
            client.Execute(command, sessions);
            Assert.Fail("the script refuses everything");
        }
        catch (TpmException)
        {
            Assert.Equal(hex.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexStringLower(Assert.Single(transport.Commands)));
        }
    }
}
