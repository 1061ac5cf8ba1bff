using System.Globalization;

namespace Shype.Attest.Verifier.Store;

/// <summary>The numbered scripts that bring a database to this program's schema, each in a transaction of its own.</summary>
internal static class Migrations
{
    /// <summary>Brings the database up to date; a database of a newer program is refused.</summary>
    public static void Apply(SqliteSession session, string file)
    {
        var version = Version(session);
        if (version > Latest)
        {
            throw new StoreException(
                $"{file}: its schema is version {version}, this program knows {Latest}: start the newer program that wrote it, or restore a backup from before");
        }

        foreach (var (number, script) in Scripts.Where(script => script.Number > version))
        {
            // user_version is part of the transaction: a crash in between leaves the old schema whole.
            session.Script($"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number.ToString(CultureInfo.InvariantCulture)};\nCOMMIT;");
        }
    }

    /// <summary>The version that this program writes.</summary>
    public static int Latest => Scripts[^1].Number;

    private static int Version(SqliteSession session) => Convert.ToInt32(session.Scalar("PRAGMA user_version"), CultureInfo.InvariantCulture);

    private static readonly IReadOnlyList<(int Number, string Script)> Scripts = ReadScripts();

    private static List<(int Number, string Script)> ReadScripts()
    {
        var assembly = typeof(Migrations).Assembly;
        List<(int, string)> scripts = [];
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            // Shype.Attest.Verifier.Store.Migrations.001_first.sql
            scripts.Add((int.Parse(name.Split('.')[^2].Split('_')[0], CultureInfo.InvariantCulture), reader.ReadToEnd()));
        }

        return scripts;
    }
}
