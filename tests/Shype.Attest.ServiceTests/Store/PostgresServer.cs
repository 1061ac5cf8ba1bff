using System.Globalization;
using Npgsql;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Store;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Shype.Attest.ServiceTests.Store;

/// <summary>A real PostgreSQL server on a socket in a folder of its own; started when the first test needs it.</summary>
public sealed class PostgresServer : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly Lazy<bool> _isMade;
    private int _databases;

    public PostgresServer() => _isMade = new(Make);

    /// <summary>Skips the test where Debian's package is absent.</summary>
    public static void Need() =>
        Assert.SkipUnless(Programs is not null && (!IsRoot || HasUser), "PostgreSQL is not installed (Debian's package postgresql): this is not tested on it");

    /// <summary>An empty database, as the verifier's setting names it.</summary>
    public string NewDatabase()
    {
        Need();
        _ = _isMade.Value;
        var name = "test" + Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture);
        using var connection = new NpgsqlConnection(Setting("postgres") + ";Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE {name}";
        command.ExecuteNonQuery();
        return Setting(name);
    }

    /// <summary>Starts it, and returns when it answers.</summary>
    public void Start() => Control("start", "-w", "-l", _folder["server.log"], "-o", $"-k {_folder.Path} -c listen_addresses= -c max_connections=100");

    /// <summary>Ends it: <c>fast</c> as an administrator does, <c>immediate</c> as a crash does.</summary>
    public void Stop(string mode) => Control("stop", "-w", "-m", mode);

    public void Dispose()
    {
        if (_isMade.IsValueCreated)
        {
            Run("pg_ctl", ["-D", Data, "stop", "-w", "-m", "immediate"], mayFail: true);
        }

        _folder.Dispose();
    }

    /// <summary>Runs one of PostgreSQL's programs as the user that the server runs as.</summary>
    public static string Run(string program, IReadOnlyList<string> arguments, bool mayFail = false)
    {
        var path = Path.Combine(Programs!, program);
        string[] command = IsRoot ? ["runuser", "-u", User, "--", path, .. arguments] : [path, .. arguments];
        // Not through pipes: the server would keep them open.
        var (status, output) = Shell.Run(command);
        Assert.True(mayFail || status == 0, $"{program} {string.Join(' ', arguments)}: status {status}\n{output}");
        return output;
    }

    private bool Make()
    {
        if (IsRoot)
        {
            Shell.Run(["chown", User, _folder.Path]);
        }

        Run("initdb", ["-D", Data, "-U", "shype", "-A", "trust", "--encoding=UTF8", "--locale=C.UTF-8"]);
        Start();
        return true;
    }

    private void Control(params string[] arguments) => Run("pg_ctl", ["-D", Data, .. arguments]);

    private string Setting(string database) => $"Host={_folder.Path};Database={database};Username=shype";

    private string Data => _folder["data"];

    private static string? Programs { get; } =
        !Directory.Exists("/usr/lib/postgresql") ? null
            : Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Max(StringComparer.Ordinal);

    private static bool IsRoot => Environment.IsPrivilegedProcess;

    // The server refuses to run as root; the package brings this user.
    private static bool HasUser => File.ReadLines("/etc/passwd").Any(line => line.StartsWith(User + ":", StringComparison.Ordinal));

    private const string User = "postgres";
}
