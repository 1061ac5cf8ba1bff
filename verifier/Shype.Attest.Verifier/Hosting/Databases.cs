using System.Text;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>Which database the settings name.</summary>
internal static class Databases
{
    /// <summary>The file in the state folder, a file elsewhere, or PostgreSQL.</summary>
    public static Database Of(VerifierOptions options)
    {
        if (SqliteFile(options) is { } sqlite)
        {
            return new SqliteDatabase(sqlite);
        }

        var password = options.DatabasePasswordFile is { } file ? Encoding.UTF8.GetString(PrivateFile.Read(file)).TrimEnd('\n', '\r') : null;
        return PostgresDatabase.TryRead(options.Database[Postgres.Length..], password, out var database, out var problem)
            ? database!
            : throw new SetupException($"{VerifierOptions.Section}:{nameof(VerifierOptions.Database)}: {problem}");
    }

    /// <summary>The SQLite file; null where the settings name PostgreSQL.</summary>
    public static string? SqliteFile(VerifierOptions options) =>
        options.Database.StartsWith(Postgres, StringComparison.Ordinal) ? null
        : Path.GetFullPath(options.Database.Length == 0 ? Path.Combine(options.State, StateFolder.Database) : options.Database);

    private const string Postgres = "postgres:";
}
