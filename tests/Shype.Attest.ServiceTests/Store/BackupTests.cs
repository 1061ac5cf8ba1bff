using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.ServiceTests.Store;

/// <summary>Backups as docs/store.md says: taken while the verifier works, restored, and all is there.</summary>
public sealed class BackupTests(PostgresServer server) : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task On_SQLite_a_backup_of_a_busy_verifier_is_whole_and_a_verifier_starts_on_it()
    {
        using var node = new Node(_folder["node"], _folder["verifier.db"], new VirtualVendor());
        await node.StartAsync();
        var load = await Load.StartAsync(node, hosts: 2);
        await load.AcknowledgedAsync(20);
        var before = load.Snapshot();
        string[] command = ["backup", _folder["copy.db"], "--state", _folder["node/state"], "--database", _folder["verifier.db"]];
        using (var backup = VerifierProcess.Start(command))
        {
            await backup.WaitForExitAsync(Now);
            Assert.True(backup.ExitCode == 0, await backup.StandardError.ReadToEndAsync(Now));
        }

        await load.AcknowledgedAsync(5);
        await load.StopAsync();
        await node.KillAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["copy.db"]));
        using (var again = VerifierProcess.Start(command))
        {
            await again.WaitForExitAsync(Now);
            Assert.Equal(2, again.ExitCode);
            Assert.Contains("never overwrites", await again.StandardError.ReadToEndAsync(Now), StringComparison.Ordinal);
        }

        Array.ForEach(Directory.GetFiles(_folder.Path, "verifier.db*"), File.Delete);
        File.Copy(_folder["copy.db"], _folder["verifier.db"]);
        await CheckAsync(node, before, new SqliteDatabase(_folder["verifier.db"]));
    }

    [Fact]
    public async Task On_PostgreSQL_pg_dump_of_a_busy_verifier_is_whole_and_a_verifier_starts_on_it()
    {
        var (first, second) = (server.NewDatabase(), server.NewDatabase());
        var vendor = new VirtualVendor();
        using var node = new Node(_folder["node"], "postgres:" + first, vendor);
        await node.StartAsync();
        var load = await Load.StartAsync(node, hosts: 2);
        await load.AcknowledgedAsync(20);
        var before = load.Snapshot();
        var dump = PostgresServer.Run("pg_dump", ["--dbname", Uri(first)]);
        await load.AcknowledgedAsync(5);
        await load.StopAsync();
        await node.KillAsync();
        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(script, dump, Now);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        PostgresServer.Run("psql", ["--dbname", Uri(second), "-v", "ON_ERROR_STOP=1", "--quiet", "--single-transaction", "-f", script]);
        File.Delete(script);
        Assert.True(PostgresDatabase.TryRead(second, null, out var restored, out _));
        using var there = new Node(_folder["node"], "postgres:" + second, vendor);
        await CheckAsync(there, before, restored!);
    }

    private async Task CheckAsync(Node node, Load before, Database database)
    {
        await node.StartAsync();
        await before.CheckAsync(node);
        var more = await Load.StartAsync(node, 1, "later");
        await more.AcknowledgedAsync(3);
        await more.StopAsync();
        using var store = AttestationStore.Open(database, await File.ReadAllBytesAsync(_folder["node/state/keys/audit.key"], Now));
        Assert.Null(await store.FindAuditBreakAsync(Now));
    }

    private static string Uri(string setting) => setting.Replace("Host=", "host=", StringComparison.Ordinal)
        .Replace(";Database=", " dbname=", StringComparison.Ordinal).Replace(";Username=", " user=", StringComparison.Ordinal);
}
