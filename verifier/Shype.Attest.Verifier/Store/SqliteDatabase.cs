using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Shype.Attest.Verifier.Store;

/// <summary>One SQLite file: write-ahead log, every commit flushed to the disk.</summary>
internal sealed class SqliteDatabase(string file) : Database
{
    /// <inheritdoc/>
    public override string Name => file;

    /// <inheritdoc/>
    public override bool IsShared => false;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Begin { get; } = ["BEGIN IMMEDIATE"];

    /// <inheritdoc/>
    public override string BeginRead => "BEGIN";

    /// <inheritdoc/>
    public override bool NamesParameters => true;

    /// <inheritdoc/>
    public override DbConnection Connect()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false, ForeignKeys = true, DefaultTimeout = 10,
        }.ToString());
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Prepare(StoreSession session)
    {
    }

    /// <inheritdoc/>
    public override int Version(StoreSession session) => Convert.ToInt32(session.Scalar("PRAGMA user_version"), CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override string SetVersion(int version) => $"PRAGMA user_version = {version.ToString(CultureInfo.InvariantCulture)};";

    /// <inheritdoc/>
    public override string Translate(string migration) => migration;

    /// <inheritdoc/>
    public override bool IsLost(DbException refused) => refused is SqliteException { SqliteErrorCode: Full or IoError or Corrupt };

    /// <inheritdoc/>
    public override string Compact => "PRAGMA incremental_vacuum(2000)";

    /// <inheritdoc/>
    public override string Size => "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";

    /// <summary>Copies the database as it is now into a new file, whoever writes to it meanwhile.</summary>
    public void BackUp(string copy)
    {
        try
        {
            using var session = new StoreSession(this, Connect());
            session.Execute("VACUUM INTO $1", copy);
            using var file = new FileStream(copy, FileMode.Open, FileAccess.ReadWrite);
            File.SetUnixFileMode(file.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            file.Flush(flushToDisk: true);
        }
        catch (Exception refused) when (refused is DbException or IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"{copy}: the backup could not be written: {refused.Message}", refused);
        }
    }

    // What SQLite did not commit it rolls back.
    /// <inheritdoc/>
    public override bool IsRefusal(DbException answer) => true;

    private const int IoError = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
}
