using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Verifier.Store;
using Xunit;

namespace Shype.Attest.ServiceTests.Store;

/// <summary>An empty database of one kind, for one test.</summary>
internal sealed class Engine : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private Engine(string? postgres)
    {
        Setting = postgres is null ? _folder["verifier.db"] : "postgres:" + postgres;
        Database = postgres is null ? new SqliteDatabase(Setting) : Postgres(postgres);
    }

    /// <summary>The database.</summary>
    public Database Database { get; }

    /// <summary>As the verifier's settings name it.</summary>
    public string Setting { get; }

    public static Engine Sqlite() => new(null);

    public static Engine Postgres(PostgresServer server) => new(server.NewDatabase());

    /// <summary>Does what only an administrator of the database can do.</summary>
    public void Change(string sql)
    {
        using var session = Database.Open();
        session.Script(sql);
    }

    /// <summary>One value.</summary>
    public object? Scalar(string sql)
    {
        using var session = Database.Open();
        return session.Scalar(sql);
    }

    public void Dispose() => _folder.Dispose();

    private static PostgresDatabase Postgres(string setting)
    {
        Assert.True(PostgresDatabase.TryRead(setting, null, out var database, out var problem), problem);
        return database!;
    }
}
