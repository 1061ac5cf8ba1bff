using System.Globalization;

namespace Shype.Attest.Verifier.Store;

/// <summary>The numbered scripts that bring a database to this program's schema: all in one transaction, one program at a time.</summary>
internal static class Migrations
{
    /// <summary>Brings the database up to date; a database of a newer program is refused.</summary>
    public static void Apply(StoreSession session)
    {
        var database = session.Database;
        database.Prepare(session);
        // The version is read and set inside: of two that start at once the second finds the work done, and a crash leaves the old schema whole.
        session.Begin();
        var version = database.Version(session);
        if (version > Latest)
        {
            throw new StoreException(
                $"{database.Name}: its schema is version {version}, this program knows {Latest}: start the newer program that wrote it, or restore a backup from before");
        }

        foreach (var (number, script) in Scripts.Where(script => script.Number > version))
        {
            session.Script(database.Translate(script));
            session.Script(database.SetVersion(number));
        }

        session.Execute("COMMIT");
    }

    /// <summary>The version that this program writes.</summary>
    public static int Latest => Scripts[^1].Number;

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
