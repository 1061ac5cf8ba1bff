using System.Net;
using System.Net.Sockets;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Xunit;

namespace Shype.Attest.ServiceTests.Tpm;

/// <summary>Whoever listens where a TPM's emulator should: cuts, dribbles, lies about sizes, is silent (row A04).</summary>
public sealed class HostileStreamTests
{
    private const string Random = "8001 0000000d 00000000 0001 ab";

    [Theory]
    [InlineData("8001 00000009 00000000", "responseSize at byte 2: is 9; 10 to 4096 are allowed")]
    [InlineData("8001 00001001 00000000", "responseSize at byte 2: is 4097; 10 to 4096 are allowed")]
    [InlineData("8001 ffffffff 00000000", "responseSize at byte 2: is 4294967295; 10 to 4096 are allowed")]
    public void A_size_that_cannot_be_is_refused_before_it_is_waited_for(string response, string problem)
    {
        using var peer = new Peer(response);
        using var client = peer.Open();
        Assert.Equal(problem, Assert.Throws<TpmResponseException>(() => client.Execute(new GetRandomCommand(1))).Problem.ToString());
        Assert.Contains("is closed after an earlier failure", Assert.Throws<TpmTransportException>(() => client.Execute(new GetRandomCommand(1))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8001", "was closed by the other side after 2 of at least 10 bytes of the response")]
    [InlineData("8001 0000000d 00000000 0001", "was closed by the other side after 12 of at least 13 bytes of the response")]
    public void A_response_cut_by_the_end_of_the_connection_says_how_far_it_came(string response, string said)
    {
        using var peer = new Peer(response) { ClosesAfterwards = true };
        using var client = peer.Open();
        Assert.Contains(said, Assert.Throws<TpmTransportException>(() => client.Execute(new GetRandomCommand(1))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "(0 bytes came)")]
    [InlineData("8001 0000000d 00000000 0001", "(12 bytes came)")]
    public void A_response_that_stops_is_given_up(string response, string said)
    {
        using var peer = new Peer(response);
        using var client = peer.Open(TimeSpan.FromMilliseconds(200));
        Assert.Contains($"gave no whole response within 0.2 s {said}", Assert.Throws<TpmTransportException>(() => client.Execute(new GetRandomCommand(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_response_that_dribbles_is_given_up_though_each_byte_comes_soon()
    {
        using var peer = new Peer("8001 00001000 00000000" + new string('0', 2 * 4086)) { Pause = TimeSpan.FromMilliseconds(20) };
        using var client = peer.Open(TimeSpan.FromMilliseconds(300));
        Assert.Contains("gave no whole response within 0.3 s", Assert.Throws<TpmTransportException>(() => client.Execute(new GetRandomCommand(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_behind_a_response_are_not_taken_for_the_next_one()
    {
        using var peer = new Peer(Random + Random);
        using var client = peer.Open();
        Assert.Equal([0xab], client.Execute(new GetRandomCommand(1)).Random);
        var refused = Assert.Throws<TpmResponseException>(() => client.Execute(new GetRandomCommand(1)));
        Assert.Equal("response at byte 0: 13 bytes came before the command was sent", refused.Problem.ToString());
    }

    [Fact]
    public void A_response_in_many_pieces_is_put_together()
    {
        using var peer = new Peer(Random) { Pause = TimeSpan.FromMilliseconds(1) };
        using var client = peer.Open();
        Assert.Equal([0xab], client.Execute(new GetRandomCommand(1)).Random);
    }

    /// <summary>Answers the question whether anybody is there as a TPM does, and every command after it with the same bytes.</summary>
    private sealed class Peer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly byte[] _response;
        private readonly Task _serving;

        public Peer(string response)
        {
            _response = Convert.FromHexString(response.Replace(" ", "", StringComparison.Ordinal));
            _listener.Start();
            _serving = Serve();
        }

        public bool ClosesAfterwards { get; init; }

        public TimeSpan Pause { get; init; }

        public TpmClient Open(TimeSpan? timeout = null) => new(TpmConnection.Open(
            $"swtpm:tcp:127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}", new TpmConnectionOptions { CommandTimeout = timeout ?? TimeSpan.FromSeconds(30) }));

        public void Dispose()
        {
            _listener.Stop();
            _serving.Wait();
        }

        private async Task Serve()
        {
            using var client = await _listener.AcceptTcpClientAsync();
            client.NoDelay = true;
            var stream = client.GetStream();
            try
            {
                await Hear(stream);
                await stream.WriteAsync(Convert.FromHexString("80010000000a00000101"));
                await Hear(stream);
                foreach (var piece in Pause > TimeSpan.Zero ? _response.Chunk(1) : [_response])
                {
                    await stream.WriteAsync(piece);
                    await Task.Delay(Pause);
                }

                while (!ClosesAfterwards)
                {
                    await Hear(stream);
                }
            }
            catch (IOException)
            {
                // The client hung up.
            }
        }

        private static async Task Hear(NetworkStream stream)
        {
            if (await stream.ReadAsync(new byte[4096]) == 0)
            {
                throw new IOException();
            }
        }
    }
}
