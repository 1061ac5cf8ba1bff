using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Hosting;

/// <summary><c>shype-verifier backup FILE</c>: copies the SQLite database of a verifier, which may run meanwhile.</summary>
internal static class Backup
{
    /// <summary>Writes the copy; the options are those that the verifier runs with.</summary>
    public static void Write(string copy, IReadOnlyList<string> arguments)
    {
        var options = VerifierApp.ReadOptions(new ConfigurationBuilder().AddEnvironmentVariables(), arguments);
        var file = Databases.SqliteFile(options)
            ?? throw new SetupException("the database is PostgreSQL: pg_dump makes a backup of it (docs/store.md)");
        if (!File.Exists(file))
        {
            throw new SetupException($"{file}: there is no database; --state names the folder of the verifier");
        }

        copy = Path.GetFullPath(copy);
        if (File.Exists(copy))
        {
            throw new SetupException($"{copy}: is there already; a backup never overwrites another");
        }

        using var database = new SqliteDatabase(file);
        database.BackUp(copy);
    }
}
