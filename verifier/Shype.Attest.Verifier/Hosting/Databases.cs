using System.Text;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>Which database the settings name.</summary>
internal static class Databases
{
    /// <summary>The file in the state folder, a file elsewhere, or PostgreSQL.</summary>
    public static Database Of(VerifierOptions options, StateFolder state)
    {
        if (!options.Database.StartsWith(Postgres, StringComparison.Ordinal))
        {
            return new SqliteDatabase(options.Database.Length == 0 ? state.Database : Path.GetFullPath(options.Database));
        }

        var password = options.DatabasePasswordFile is { } file ? Encoding.UTF8.GetString(PrivateFile.Read(file)).TrimEnd('\n', '\r') : null;
        return PostgresDatabase.TryRead(options.Database[Postgres.Length..], password, out var database, out var problem)
            ? database!
            : throw new SetupException($"{VerifierOptions.Section}:{nameof(VerifierOptions.Database)}: {problem}");
    }

    private const string Postgres = "postgres:";
}
