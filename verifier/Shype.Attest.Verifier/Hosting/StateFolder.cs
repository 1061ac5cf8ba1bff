namespace Shype.Attest.Verifier.Hosting;

/// <summary>The folder that holds all that the verifier keeps; one running verifier owns it.</summary>
internal sealed class StateFolder : IDisposable
{
    private readonly FileStream _lock;

    private StateFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>The name of the SQLite database in it.</summary>
    public const string Database = "verifier.db";

    /// <summary>A file in the folder.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A folder in the folder, made where it is absent.</summary>
    public string Folder(string name) => Directory.CreateDirectory(File(name), OwnerOnly).FullName;

    /// <summary>Makes or takes the folder; refused while another verifier runs on it.</summary>
    public static StateFolder Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
            System.IO.File.SetUnixFileMode(path, OwnerOnly);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"{path}: cannot be used as state folder: {refused.Message}");
        }

        try
        {
            // Hosts are kept in memory while the verifier runs: two on one folder would each miss what the other does.
            return new StateFolder(path, new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"{path}: another verifier runs on this state folder, or it is not ours: {refused.Message}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
}
