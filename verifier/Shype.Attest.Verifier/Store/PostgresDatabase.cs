using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;

namespace Shype.Attest.Verifier.Store;

/// <summary>A PostgreSQL database that several verifiers may share. Writers take turns under an advisory lock, so that the audit has no gaps.</summary>
internal sealed partial class PostgresDatabase : Database
{
    private readonly string _connection;
    private NpgsqlConnection? _listener;

    private PostgresDatabase(string connection, string name)
    {
        _connection = connection;
        Name = name;
    }

    /// <summary>Reads Npgsql's <c>Host=...;Database=...</c>; says what is wrong with it.</summary>
    public static bool TryRead(string settings, string? password, out PostgresDatabase? database, out string? problem)
    {
        (database, problem) = (null, null);
        NpgsqlConnectionStringBuilder given;
        try
        {
            given = new NpgsqlConnectionStringBuilder(settings);
        }
        catch (Exception refused) when (refused is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // What was given is not repeated: a password could stand in it.
            problem = "not a list of NAME=VALUE; like Host=db.example;Database=shype;Username=shype that Npgsql knows";
            return false;
        }

        if (given.Password is not null || given.Passfile is not null || given.SslPassword is not null)
        {
            problem = "a password does not belong here, where others can see it; name a file (DatabasePasswordFile) or set PGPASSWORD";
            return false;
        }

        if (given.Host is null || given.Database is null)
        {
            problem = "Host and Database are needed";
            return false;
        }

        given.Password = password;
        given.ApplicationName = "shype-verifier";
        // Connections are kept by who uses them, and statements stay prepared on them.
        given.Pooling = false;
        given.Enlist = false;
        given.MaxAutoPrepare = 100;
        given.AutoPrepareMinUsages = 2;
        given.Timeout = ConnectSeconds;
        given.CommandTimeout = CommandSeconds;
        database = new PostgresDatabase(given.ToString(), $"postgres {given.Host}:{given.Port.ToString(CultureInfo.InvariantCulture)}/{given.Database}");
        return true;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override bool IsShared => true;

    // The lock comes before the first read: with READ COMMITTED each statement then sees all that the writer before kept.
    /// <inheritdoc/>
    public override IReadOnlyList<string> Begin { get; } = ["BEGIN ISOLATION LEVEL READ COMMITTED", $"SELECT pg_advisory_xact_lock({WriterLock})"];

    /// <inheritdoc/>
    public override string BeginRead => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    /// <inheritdoc/>
    public override bool NamesParameters => false;

    /// <inheritdoc/>
    public override string Size => "SELECT pg_database_size(current_database())";

    /// <inheritdoc/>
    public override string WakeOthers => $"NOTIFY {Channel}";

    /// <inheritdoc/>
    public override string SkipLocked => " FOR UPDATE SKIP LOCKED";

    /// <inheritdoc/>
    public override DbConnection Connect()
    {
        var connection = new NpgsqlConnection(_connection);
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            // A replica that stops in the middle must not hold the others up for ever.
            command.CommandText = "SET synchronous_commit = on; SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '30s'; SHOW fsync";
            return command.ExecuteScalar() is "on"
                ? connection
                : throw new StoreException($"{Name}: fsync is off there, so that what is acknowledged could be lost; set fsync = on in postgresql.conf");
        }
        catch (Exception refused) when (refused is SocketException or TimeoutException or IOException)
        {
            connection.Dispose();
            throw new NpgsqlException(refused.Message, refused);
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
        session.Begin();
        session.Script("CREATE TABLE IF NOT EXISTS schema_version (only_one BIGINT PRIMARY KEY CHECK (only_one = 1), version BIGINT NOT NULL);");
        session.Execute("COMMIT");
    }

    /// <inheritdoc/>
    public override int Version(StoreSession session) => (int)((long?)session.Scalar("SELECT version FROM schema_version") ?? 0);

    /// <inheritdoc/>
    public override string SetVersion(int version) =>
        $"INSERT INTO schema_version VALUES (1, {version.ToString(CultureInfo.InvariantCulture)}) ON CONFLICT (only_one) DO UPDATE SET version = excluded.version;";

    /// <inheritdoc/>
    public override string Translate(string migration)
    {
        var text = new StringBuilder(migration).Replace(") STRICT, WITHOUT ROWID;", ");").Replace(") STRICT;", ");").ToString();
        // Numbers that the database gives; where the program gives them, as in the audit, nothing else changes.
        text = Numbered().Replace(text, "number $1BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY");
        // Text is compared byte by byte, as SQLite does.
        return Type().Replace(text, type => type.Value switch { "INTEGER" => "BIGINT", "BLOB" => "BYTEA", _ => "TEXT COLLATE \"C\"" });
    }

    /// <inheritdoc/>
    public override bool IsLost(DbException refused) => refused is not PostgresException;

    /// <inheritdoc/>
    public override bool IsRefusal(DbException answer) => answer is PostgresException { Severity: "ERROR" };

    /// <inheritdoc/>
    public override async Task WaitForOthersAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            _listener ??= await ListenAsync(cancellationToken);
            await _listener.WaitAsync(time, cancellationToken);
        }
        catch (Exception refused) when (refused is DbException or SocketException or TimeoutException or IOException or InvalidOperationException)
        {
            _listener?.Dispose();
            _listener = null;
            await Task.Delay(time, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        Interlocked.Exchange(ref _listener, null)?.Dispose();
        Interlocked.Exchange(ref _teller, null)?.Dispose();
    }

    private async Task<NpgsqlConnection> ListenAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(_connection);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = $"LISTEN {Channel}";
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    [GeneratedRegex(@"\bnumber( +)INTEGER PRIMARY KEY")]
    private static partial Regex Numbered();

    // Types stand between spaces or before a comma; a comment never holds them in capitals.
    [GeneratedRegex(@"(?<= )(INTEGER|BLOB|TEXT)\b")]
    private static partial Regex Type();

    private const string Channel = "shype_changes";
    private const string WriterLock = "7021802764352619123";
    private const int ConnectSeconds = 5;
    private const int CommandSeconds = 30;
}
