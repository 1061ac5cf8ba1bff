namespace Shype.Attest.Verifier.Hosting;

/// <summary>Files with secrets: made with mode 0600, refused when anybody but the owner could have read or written them.</summary>
internal static class PrivateFile
{
    /// <summary>Reads a secret, or makes it first where there is none.</summary>
    public static byte[] ReadOrCreate(string path, Func<byte[]> make)
    {
        if (!File.Exists(path))
        {
            Create(path, make());
        }

        return Read(path);
    }

    /// <summary>Reads a secret.</summary>
    public static byte[] Read(string path)
    {
        using var file = Open(path);
        // The mode of what was opened, not of what the name leads to by now.
        if ((File.GetUnixFileMode(file.SafeFileHandle) & Others) is var mode and not UnixFileMode.None)
        {
            throw new SetupException($"{path}: others than its owner can use this secret file ({mode}); chmod 600 it, and replace the secret if it may have been read");
        }

        if (file.Length > MaxBytes)
        {
            throw new SetupException($"{path}: {file.Length} bytes are too many for a secret, {MaxBytes} are allowed");
        }

        var content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    /// <summary>Writes a new secret so that after a crash it is there whole or not at all.</summary>
    public static void Create(string path, ReadOnlySpan<byte> content)
    {
        var draft = path + ".new";
        // A draft that a crash left behind would keep its mode.
        File.Delete(draft);
        using (var file = new FileStream(draft, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: false);
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"{path}: cannot be read: {refused.Message}");
        }
    }

    private const int MaxBytes = 64 * 1024;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
}
