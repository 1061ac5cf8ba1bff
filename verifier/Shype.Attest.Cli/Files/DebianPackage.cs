using System.Diagnostics;
using System.Formats.Tar;
using System.Security.Cryptography;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Cli.Files;

/// <summary>A file that a package ships.</summary>
/// <param name="Path">Its path on the machine.</param>
/// <param name="Digest">SHA-256 of its content.</param>
internal sealed record PackagedFile(string Path, MeasuredDigest Digest);

/// <summary>A Debian package, read by dpkg-deb: the program that installs it is the one that knows its format (deb(5)).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Architecture">Its architecture.</param>
/// <param name="Files">The regular files in it.</param>
internal sealed record DebianPackage(string Name, string Version, string Architecture, IReadOnlyList<PackagedFile> Files)
{
    /// <summary>How entries name it.</summary>
    public string Title => $"{Name} {Version} {Architecture}";

    /// <exception cref="CommandException">It is no package, or dpkg-deb is not there.</exception>
    public static async Task<DebianPackage> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw CommandException.Unusable($"{path}: there is no such file");
        }

        // A full path, so that no name is taken for an option.
        var full = Path.GetFullPath(path);
        var fields = await RunAsync(path, ["--field", full, "Package", "Version", "Architecture"], ReadFieldsAsync, cancellationToken);
        var files = await RunAsync(path, ["--fsys-tarfile", full], ReadFilesAsync, cancellationToken);
        return new(Field("Package"), Field("Version"), Field("Architecture"), files);

        string Field(string name) => fields.TryGetValue(name, out var value) && value.Length is > 0 and <= MaxField && TextRules.IndexOfForbidden(value) < 0
            ? value
            : throw CommandException.Unusable($"{path}: the package does not say its {name.ToLowerInvariant()}");
    }

    private static async Task<T> RunAsync<T>(string path, string[] arguments, Func<Stream, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        using var process = Start(arguments);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            var value = await read(process.StandardOutput.BaseStream, cancellationToken);
            // What follows the archive's end is padding; dpkg-deb waits until somebody takes it.
            await process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? value : throw CommandException.Unusable($"{path}: is no Debian package: {(await errors).Trim()}");
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or IOException)
        {
            throw CommandException.Unusable($"{path}: is no Debian package that can be read: {e.Message}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static Process Start(string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("dpkg-deb", arguments)
            {
                RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["LC_ALL"] = "C" },
            })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw CommandException.Unusable("dpkg-deb reads packages, and is not there: apt-get install dpkg");
        }
    }

    private static async Task<Dictionary<string, string>> ReadFieldsAsync(Stream output, CancellationToken cancellationToken)
    {
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        using var reader = new StreamReader(output, leaveOpen: true);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Split(": ", 2) is [var name, var value] && fields.Count < MaxFields)
            {
                fields[name] = value;
            }
        }

        return fields;
    }

    private static async Task<IReadOnlyList<PackagedFile>> ReadFilesAsync(Stream output, CancellationToken cancellationToken)
    {
        Dictionary<string, MeasuredDigest> files = new(StringComparer.Ordinal);
        await using var tar = new TarReader(output, leaveOpen: true);
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile)
            {
                var digest = await SHA256.HashDataAsync(entry.DataStream ?? Stream.Null, cancellationToken);
                files[PathOf(entry.Name)] = new(MeasuredDigest.Sha256, digest);
            }
            else if (entry.EntryType == TarEntryType.HardLink && files.TryGetValue(PathOf(entry.LinkName), out var linked))
            {
                files[PathOf(entry.Name)] = linked;
            }

            if (files.Count > MaxFiles)
            {
                throw new InvalidDataException($"it has more than {MaxFiles} files");
            }
        }

        return [.. files.Select(file => new PackagedFile(file.Key, file.Value)).OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    // "./boot/xen.gz", as dpkg's archives name it.
    private static string PathOf(string name) => "/" + (name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name).TrimStart('/');

    private const int MaxField = 256;
    private const int MaxFields = 16;
    private const int MaxFiles = 100_000;
}
