using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Audit;
using Shype.Attest.ServiceTests.Cli;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Verifier.Auditing;
using Shype.Attest.Verifier.Signing;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>The audit from end to end (threat row R18): decisions of the running verifier, exported, attacked, and checked by the real command line.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private readonly ScratchFolder _scratch = new();
    private RunningVerifier _verifier = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _verifier = await RunningVerifier.StartAsync();
        await _verifier.AddHostAsync("hv1");
        await _verifier.OperatorAsync("host", "revoke", "hv1", "--reason", "stolen");
        await _verifier.Service<AuditService>().SignAsync(Now);
        await _verifier.AddHostAsync("hv2");
        await _verifier.AddHostAsync("hv3");
        await File.WriteAllTextAsync(_scratch["keys.json"], await _verifier.Anonymous().GetStringAsync("/.well-known/audit-jwks.json", Now), Now);
    }

    public async ValueTask DisposeAsync()
    {
        await _verifier.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task Decisions_are_listed_with_who_took_them_the_newest_first()
    {
        var list = await _verifier.OperatorAsync("audit", "list", "--limit", "3", "--json");
        Assert.Equal((0, ""), (list.ExitCode, list.Errors));
        Assert.Equal([7L, 6L, 5L], list.Json.GetProperty("records").EnumerateArray().Select(record => record.GetProperty("number").GetInt64()));
        var text = await _verifier.OperatorAsync("audit", "list");
        Assert.Matches("\n5 +20.+Z +operator +host-state +[0-9a-f]{32} +revoked stolen\n", text.Output);
        var about = (await _verifier.OperatorAsync("host", "show", "hv1", "--json")).Json.GetProperty("host").GetProperty("id").GetString()!;
        Assert.Equal(2, (await _verifier.OperatorAsync("audit", "list", "--subject", about, "--json")).Json.GetProperty("records").GetArrayLength());
    }

    [Fact]
    public async Task R18_an_export_is_checked_with_nothing_but_the_public_keys()
    {
        var good = await VerifyAsync(await ExportAsync());
        Assert.Equal((0, ""), (good.ExitCode, good.Errors));
        Assert.StartsWith("holds: 7 records", good.Output, StringComparison.Ordinal);
        var server = await _verifier.OperatorAsync("audit", "verify", "--head-out", _scratch["head.jwt"], "--json");
        Assert.True(server.Json.GetProperty("holds").GetBoolean());
        await _verifier.AddHostAsync("hv4");
        Assert.Equal(0, (await VerifyAsync(await ExportAsync(), "--kept", _scratch["head.jwt"])).ExitCode);
    }

    [Theory]
    [InlineData("removed", "record 6 is missing")]
    [InlineData("removed and renumbered", "was changed, added or taken away")]
    [InlineData("edited", "line ")]
    [InlineData("edited and recomputed", "was changed, added or taken away")]
    [InlineData("reordered", "is missing")]
    [InlineData("added", "was changed, added or taken away")]
    [InlineData("cut", "the signed end is missing")]
    [InlineData("cut and closed by an earlier head", "was not signed as an end")]
    [InlineData("continued", "stands after the signed end")]
    [InlineData("heads removed", null)]
    [InlineData("everything removed", "the signed end is missing")]
    [InlineData("end of another verifier", "not of this verifier")]
    public async Task R18_an_export_that_was_changed_is_refused(string how, string? problem)
    {
        var lines = (await ExportAsync()).ToList();
        Attack(lines, how);
        var verified = await VerifyAsync(lines);
        Assert.Equal(problem is null ? 0 : 1, verified.ExitCode);
        Assert.Contains(problem ?? "holds", verified.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task R18_a_head_that_was_kept_finds_a_verifier_that_rewrote_its_own_past_or_shows_an_old_export()
    {
        var old = await ExportAsync();
        await _verifier.AddHostAsync("hv4");
        var top = await _verifier.Service<IAuditStore>().ReadAuditTopAsync(Now);
        var signer = _verifier.Service<AuditSigner>();
        await File.WriteAllTextAsync(_scratch["head.jwt"], signer.Sign(top, DateTimeOffset.UtcNow), Now);
        Assert.Contains("older than that, or records were taken away", (await VerifyAsync(old, "--kept", _scratch["head.jwt"])).Output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(_scratch["head.jwt"], signer.Sign(top with { Number = 6 }, DateTimeOffset.UtcNow), Now);
        Assert.Contains("not the one of the kept head", (await VerifyAsync(await ExportAsync(), "--kept", _scratch["head.jwt"])).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE audit SET actor = 'nobody' WHERE number = 5")]
    [InlineData("DELETE FROM audit WHERE number = 5")]
    [InlineData("DELETE FROM audit WHERE number = 7")]
    [InlineData("UPDATE audit_heads SET token = replace(token, '.', '.A')")]
    [InlineData("UPDATE audit_heads SET number = 4 WHERE number = 5")]
    public async Task R18_a_database_that_was_changed_is_found_by_the_verifier_itself(string sql)
    {
        Assert.Equal(0, (await _verifier.OperatorAsync("audit", "verify")).ExitCode);
        Change(sql);
        var broken = await _verifier.OperatorAsync("audit", "verify");
        Assert.Equal(1, broken.ExitCode);
        Assert.StartsWith("BROKEN: ", broken.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task R18_an_end_that_was_cut_off_in_the_database_is_not_signed()
    {
        Change("DELETE FROM audit WHERE number = 7");
        await Assert.ThrowsAsync<StoreException>(() => _verifier.Service<AuditService>().SignAsync(Now));
        Assert.Equal(3, (await _verifier.OperatorAsync("audit", "export", "-o", _scratch["no.jsonl"])).ExitCode);
    }

    [Fact]
    public async Task R18_of_records_that_an_earlier_version_keyed_others_can_check_the_order_and_later_ones_whole()
    {
        var key = await File.ReadAllBytesAsync(Path.Combine(_verifier.State, "keys", "audit.key"), Now);
        var store = _verifier.Service<IAuditStore>();
        var records = (await store.ReadAuditAsync(0, 4, 10, Now)).Records;
        var old = System.Security.Cryptography.HMACSHA256.HashData(key, records[0].Covered("shype audit 1", AuditEntry.Start));
        var keys = _verifier.Service<AuditSigner>();
        List<AuditEntry> chain = [records[0] with { Hash = Convert.ToHexStringLower(old) }];
        foreach (var record in records.Skip(1))
        {
            chain.Add(record with { Hash = Convert.ToHexStringLower(record.HashAfter(Convert.FromHexString(chain[^1].Hash))) });
        }

        var top = new AuditTop(4, Convert.FromHexString(chain[^1].Hash), KeyedUntil: 1, IsMarked: true);
        Assert.Null(new AuditChain(key).FindBreak(chain, 1, (4, new AuditChain(key).HeadCode(4, top.Hash))));
        Assert.Null(Proof(chain, keys.Sign(top, DateTimeOffset.UtcNow, end: true), keys.Published).Problem);
        // The same records under a head that admits no keyed ones, and an edit of one that is not keyed.
        Assert.NotNull(Proof(chain, keys.Sign(top with { KeyedUntil = 0 }, DateTimeOffset.UtcNow, end: true), keys.Published).Problem);
        Assert.NotNull(Proof([chain[0], chain[1] with { Actor = "nobody" }, .. chain[2..]], keys.Sign(top, DateTimeOffset.UtcNow, end: true), keys.Published).Problem);
    }

    private static AuditProof Proof(IEnumerable<AuditEntry> records, string end, JsonWebKeySet keys)
    {
        var reader = new AuditExportReader(keys, null);
        IEnumerable<AuditLine> lines = [new AuditLine { Format = AuditLine.FormatName }, .. records.Select(record => new AuditLine { Record = record }), new AuditLine { End = end }];
        Assert.NotEmpty(lines.TakeWhile(line => reader.Take(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(line, ProtocolJson.Default.AuditLine))).ToList());
        return reader.Finish();
    }

    // Records 1 to 3 are the verifier's own first keys. Lines: format, 1 to 5, heads of what was there when they were signed, 6, 7, head of 7, end.
    private static void Attack(List<string> lines, string how)
    {
        var sixth = lines.FindIndex(line => line.Contains("\"number\":6", StringComparison.Ordinal));
        switch (how)
        {
            case "removed":
                lines.RemoveAt(sixth);
                break;
            case "removed and renumbered":
                lines.RemoveAt(sixth);
                Recompute(lines);
                break;
            case "edited":
                lines[sixth] = lines[sixth].Replace("hv2", "hv9", StringComparison.Ordinal);
                break;
            case "edited and recomputed":
                lines[sixth] = lines[sixth].Replace("hv2", "hv9", StringComparison.Ordinal);
                Recompute(lines);
                break;
            case "reordered":
                (lines[sixth], lines[sixth + 1]) = (lines[sixth + 1], lines[sixth]);
                break;
            case "added":
                lines.Insert(sixth, lines[sixth]);
                Recompute(lines);
                break;
            case "cut":
                lines.RemoveRange(sixth, lines.Count - sixth);
                break;
            case "cut and closed by an earlier head":
                lines.RemoveRange(sixth, lines.Count - sixth);
                lines[^1] = lines[^1].Replace("\"head\"", "\"end\"", StringComparison.Ordinal);
                break;
            case "continued":
                lines.Add(lines[1]);
                break;
            case "heads removed":
                Assert.NotEqual(0, lines.RemoveAll(line => line.StartsWith("{\"head\"", StringComparison.Ordinal)));
                break;
            case "everything removed":
                lines.RemoveRange(1, lines.Count - 1);
                break;
            default:
                using (var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256))
                {
                    var end = new AuditHead { Iss = "x", Iat = 0, Number = 7, Hash = (string)JsonNode.Parse(lines[^3])!["record"]!["hash"]!, End = true };
                    lines[^1] = new JsonObject { ["end"] = end.Sign(key, JsonWebKey.From(key).KeyId!) }.ToJsonString();
                }

                break;
        }
    }

    // What anybody can do who has the export and not the signing key.
    private static void Recompute(List<string> lines)
    {
        var (previous, number) = (AuditEntry.Start, 0L);
        for (var i = 0; i < lines.Count; i++)
        {
            Assert.True(ProtocolJson.TryRead(System.Text.Encoding.UTF8.GetBytes(lines[i]), ProtocolJson.Default.AuditLine, out var line, out _));
            if (line.Record is { } record)
            {
                record = record with { Number = ++number };
                previous = record.HashAfter(previous);
                lines[i] = System.Text.Json.JsonSerializer.Serialize(
                    new AuditLine { Record = record with { Hash = Convert.ToHexStringLower(previous) } }, ProtocolJson.Default.AuditLine);
            }
        }
    }

    private async Task<string[]> ExportAsync()
    {
        var exported = await _verifier.OperatorAsync("audit", "export", "-o", _scratch["audit.jsonl"]);
        Assert.Equal((0, ""), (exported.ExitCode, exported.Errors));
        return await File.ReadAllLinesAsync(_scratch["audit.jsonl"], Now);
    }

    private async Task<Cli.Shype> VerifyAsync(IEnumerable<string> lines, params string[] more)
    {
        await File.WriteAllLinesAsync(_scratch["audit.jsonl"], lines, Now);
        return await Cli.Shype.RunAsync(["audit", "verify", _scratch["audit.jsonl"], "--jwks", _scratch["keys.json"], .. more]);
    }

    private void Change(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_verifier.State, "verifier.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the statements stand above
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
