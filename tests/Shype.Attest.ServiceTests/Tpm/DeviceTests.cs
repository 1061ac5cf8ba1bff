using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.ServiceTests.Tpm;

/// <summary>A character device with a real TPM behind it: a raw pseudo-terminal, since containers have no /dev/tpmrm0.</summary>
[SupportedOSPlatform("linux")]
public sealed class DeviceTests
{
    [Fact]
    public void A_TPM_answers_through_a_character_device()
    {
        using var tpm = new TpmFixture();
        using var behind = TpmConnection.Open(tpm.Emulator.Address);
        using var device = new Device((command, response) => behind.Exchange(command, response));
        using var client = new TpmClient(TpmConnection.Open("device:" + device.Path));
        using var ek = EndorsementKey.Create(client, KeyTemplates.EkEccP256);
        Assert.Equal(ek.Name, client.Execute(new ReadPublicCommand(ek.Handle)).Name);
        Assert.Equal(16, client.Execute(new GetRandomCommand(16)).Random.Length);
    }

    [Fact]
    public void A_device_that_is_silent_is_given_up_and_not_used_again()
    {
        using var device = new Device((_, _) => 0);
        using var client = new TpmClient(TpmConnection.Open(device.Path, new TpmConnectionOptions { CommandTimeout = TimeSpan.FromMilliseconds(200) }));
        Assert.Equal($"{device.Path} gave no response within 0.2 s: the TPM hangs; power the machine off and on", Assert.Throws<TpmTransportException>(() => client.Execute(new GetRandomCommand(1))).Message);
        Assert.Equal($"{device.Path} is closed after an earlier failure: open it again", Assert.Throws<TpmTransportException>(() => client.Execute(new GetRandomCommand(1))).Message);
    }

    [Fact]
    public void A_response_shorter_than_a_header_is_malformed()
    {
        using var device = new Device((_, _) => 9);
        using var client = new TpmClient(TpmConnection.Open(device.Path));
        Assert.Equal("response at byte 0: has 9 bytes; a header has 10", Assert.Throws<TpmResponseException>(() => client.Execute(new GetRandomCommand(1))).Problem.ToString());
    }

    private delegate int Answer(ReadOnlySpan<byte> command, Span<byte> response);

    private sealed class Device : IDisposable
    {
        private readonly FileStream _master;
        private readonly Task _serving;

        public Device(Answer answer)
        {
            var descriptor = posix_openpt(2);
            var attributes = new byte[256];
            var name = new byte[256];
            Assert.Equal((0, 0, 0), (grantpt(descriptor), unlockpt(descriptor), ptsname_r(descriptor, name, name.Length)));
            Assert.Equal(0, tcgetattr(descriptor, attributes));
            cfmakeraw(attributes);
            Assert.Equal(0, tcsetattr(descriptor, 0, attributes));
            Path = Encoding.UTF8.GetString(name.AsSpan(0, name.AsSpan().IndexOf((byte)0)));
            _master = new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.ReadWrite, bufferSize: 0);
            _serving = Task.Run(() => Serve(answer));
        }

        public string Path { get; }

        public void Dispose()
        {
            // Everybody who had the other end open is gone, so the last read has ended.
            _serving.Wait();
            _master.Dispose();
        }

        private void Serve(Answer answer)
        {
            var command = new byte[4096];
            var response = new byte[4096];
            try
            {
                while (_master.Read(command) is var size and > 0)
                {
                    _master.Write(response.AsSpan(0, answer(command.AsSpan(0, size), response)));
                }
            }
            catch (IOException)
            {
                // The other end was closed.
            }
        }
    }

    [DllImport("libc")]
    private static extern int posix_openpt(int flags);

    [DllImport("libc")]
    private static extern int grantpt(int descriptor);

    [DllImport("libc")]
    private static extern int unlockpt(int descriptor);

    [DllImport("libc")]
    private static extern int ptsname_r(int descriptor, byte[] name, nint length);

    [DllImport("libc")]
    private static extern int tcgetattr(int descriptor, byte[] attributes);

    [DllImport("libc")]
    private static extern int tcsetattr(int descriptor, int actions, byte[] attributes);

    [DllImport("libc")]
    private static extern void cfmakeraw(byte[] attributes);
}
