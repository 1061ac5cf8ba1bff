using System.Net;
using System.Text;
using Shype.Attest.Agent.Attesting;
using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Http;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Store;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.ServiceTests.Replicas;

/// <summary>Logs too long for one message, by the agent's real code to a real verifier: what was cut goes on where it was.</summary>
public sealed class LongLogTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task R14_L14_an_upload_that_was_cut_by_the_death_of_either_side_goes_on_and_only_the_quote_decides_about_it()
    {
        using var node = new Node(_folder["node"], _folder["verifier.db"], new VirtualVendor());
        await node.StartAsync();
        await node.PutReferencesAsync(0);
        var enrolled = await node.EnrolAsync("alpha");
        await node.ApproveAsync("alpha");
        for (var i = 0; i < 2200; i++)
        {
            enrolled.Host.Start(VirtualVms.BankA);
            enrolled.Host.Stop(VirtualVms.BankA.Uuid);
        }

        var boot = enrolled.Host.BootId;
        var evidence = enrolled.Host.Answer(await node.Agent(enrolled).ChallengeAsync());
        Assert.True(evidence.Log.Records.Length > 3 * LongLogs.PieceBytes, $"{evidence.Log.Records.Length} bytes are too few");

        // The agent dies after a piece, and the verifier right after it said that it has it.
        StagedLog there;
        using (var first = Verifier(node, enrolled))
        {
            var piece = Head(evidence.Log.Records);
            there = await first.StageAsync(enrolled.Host.Id, "records", boot, 0, Records(piece), piece, Now);
        }

        await node.KillAsync();
        await node.StartAsync();

        using var second = Verifier(node, enrolled);
        Assert.Equal(there, await second.StagedAsync(enrolled.Host.Id, "records", Now));
        evidence = enrolled.Host.Answer(await node.Agent(enrolled).ChallengeAsync());
        Assert.Equal(0UL, evidence.Log.FirstRecord);
        var left = await new LongLogs(enrolled.Host.Id, second).BringAsync(evidence, boot, Now);
        Assert.True(left.Log.FirstRecord > there.Next && left.Log.Records.Length <= LongLogs.PieceBytes);
        Assert.Contains("\"ear.status\":\"affirming\"", Payload(await node.Agent(enrolled).TokenAsync(left.Encode())), StringComparison.Ordinal);

        // It is of no more use, and the next evidence brings only what is new.
        Assert.Null((await second.StagedAsync(enrolled.Host.Id, "records", Now)).BootId);
        Assert.Equal(left.Log.FirstRecord + Records(left.Log.Records), (await node.Agent(enrolled).ChallengeAsync()).Known.NextRecord);
    }

    [Fact]
    public async Task L14_L18_pieces_with_gaps_of_another_boot_or_without_end_are_refused_and_wrong_ones_are_no_yes()
    {
        using var node = new Node(_folder["hostile"], _folder["hostile.db"], new VirtualVendor());
        await node.StartAsync();
        await node.PutReferencesAsync(0);
        var enrolled = await node.EnrolAsync("alpha");
        await node.ApproveAsync("alpha");
        using var verifier = Verifier(node, enrolled);
        var id = enrolled.Host.Id;
        Assert.Equal(3UL, (await verifier.StageAsync(id, "records", "boot-1", 0, 3, new byte[10], Now)).Next);
        Assert.Equal(3UL, (await verifier.StageAsync(id, "records", "boot-1", 4, 5, new byte[10], Now)).Next);
        Assert.Equal(5UL, (await verifier.StageAsync(id, "records", "boot-1", 3, 5, new byte[10], Now)).Next);
        Assert.Equal(("boot-2", 2UL), (await verifier.StageAsync(id, "records", "boot-2", 0, 2, new byte[10], Now)) is var other ? (other.BootId, other.Next) : default);
        using var odd = await node.Client(enrolled.Token).PostAsync($"/v1/hosts/{id}/logs/firmware?boot=b&first=0&next=1", new ByteArrayContent([1]), Now);
        Assert.Equal(HttpStatusCode.NotFound, odd.StatusCode);

        for (var i = 0UL; i < 16; i++)
        {
            await verifier.StageAsync(id, "ima", "boot-2", i, i + 1, new byte[ProtocolLimits.MaxLogPieceBytes - (i == 0 ? 10 : 0)], Now);
        }

        var full = await Assert.ThrowsAsync<VerifierException>(() => verifier.StageAsync(id, "ima", "boot-2", 16, 17, new byte[1024], Now));
        Assert.Equal(ProblemTypes.LimitExceeded, full.Problem!.Type);

        // Bytes that are no log, in the place of the first records.
        var evidence = enrolled.Host.Answer(await node.Agent(enrolled).ChallengeAsync());
        var token = await node.Agent(enrolled).TokenAsync((evidence with { Log = new LogSuffix(2, evidence.Log.Records) }).Encode());
        Assert.Contains("\"ear.status\":\"contraindicated\"", Payload(token), StringComparison.Ordinal);
    }

    private static ulong Records(ReadOnlyMemory<byte> log)
    {
        var (reader, count) = (Reader(log), 0UL);
        for (; reader.BytesRemaining > 0; count++)
        {
            reader.SkipValue();
        }

        return count;
    }

    // Whole records of about a piece.
    private static ReadOnlyMemory<byte> Head(ReadOnlyMemory<byte> log)
    {
        var reader = Reader(log);
        while (log.Length - reader.BytesRemaining < LongLogs.PieceBytes)
        {
            reader.SkipValue();
        }

        return log[..(log.Length - reader.BytesRemaining)];
    }

    private static System.Formats.Cbor.CborReader Reader(ReadOnlyMemory<byte> log) => new(log, System.Formats.Cbor.CborConformanceMode.Lax, allowMultipleRootLevelValues: true);

    private static VerifierClient Verifier(Node node, EnrolledTpm enrolled) => new(new VerifierOptions(node.Address, node.CertificatePath), enrolled.Token);

    private static string Payload(string token) => Encoding.UTF8.GetString(Base64UrlText.TryDecode(token.Split('.')[1], out var bytes) ? bytes : []);
}
