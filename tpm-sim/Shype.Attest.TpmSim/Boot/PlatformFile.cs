using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shype.Attest.TpmSim.Boot;

/// <summary>Platform options in a JSON file; what it leaves out keeps its default. Paths of files are relative to it.</summary>
public static class PlatformFile
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="SimulatorException">It cannot be read, or is not what <c>docs/simulator.md</c> says.</exception>
    public static PlatformOptions Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (file.Length > MaxBytes)
            {
                throw new SimulatorException($"{path} has {file.Length} bytes, {MaxBytes} are allowed");
            }

            var written = JsonSerializer.Deserialize(file, PlatformJson.Default.WrittenPlatform) ?? throw new SimulatorException($"{path} is null: an object is needed");
            return PlatformChecks.Check(written.ToOptions(Path.GetDirectoryName(Path.GetFullPath(path))!));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new SimulatorException($"{path} cannot be read: {refused.Message}", refused);
        }
        catch (JsonException refused)
        {
            throw new SimulatorException($"{path} does not describe a platform: {refused.Message}", refused);
        }
    }

    private const int MaxBytes = 64 * 1024;
}

/// <summary>The members of a platform file. They are set, not initialised: the generated reader keeps the defaults only of such. Null is taken only where it says "none".</summary>
internal sealed class WrittenPlatform
{
    private static readonly PlatformOptions Defaults = new();

    public string FirmwareVersion { get; set; } = Defaults.FirmwareVersion;

    public string Firmware { get; set; } = "";

    public IReadOnlyList<string?> OptionRoms { get; set; } = [];

    public bool SecureBoot { get; set; } = Defaults.SecureBoot;

    public string BootLoader { get; set; } = "";

    public WrittenFile? Hypervisor { get; set; } = WrittenFile.LeftOut;

    public WrittenFile Kernel { get; set; } = WrittenFile.LeftOut;

    public WrittenFile? InitialFileSystem { get; set; } = WrittenFile.LeftOut;

    public IReadOnlyDictionary<string, string?>? Ima { get; set; }

    public PlatformOptions ToOptions(string folder) => new()
    {
        FirmwareVersion = FirmwareVersion,
        Firmware = Image(Firmware, folder, Defaults.Firmware),
        OptionRoms = [.. OptionRoms.Select(file => file is null ? throw new JsonException("'optionRoms' has a null") : BootImage.FromFile(Path.Combine(folder, file)))],
        SecureBoot = SecureBoot,
        BootLoader = Image(BootLoader, folder, Defaults.BootLoader),
        Hypervisor = Loaded(Hypervisor, folder, Defaults.Hypervisor),
        Kernel = Loaded(Kernel, folder, Defaults.Kernel)!,
        InitialFileSystem = Loaded(InitialFileSystem, folder, Defaults.InitialFileSystem),
        Ima = Ima?.ToDictionary(loaded => loaded.Key, loaded => loaded.Value is { } file
            ? (ReadOnlyMemory<byte>)File.ReadAllBytes(Path.Combine(folder, file))
            : throw new JsonException("'ima' has a null: the file that is loaded under this path is needed")),
    };

    private static BootImage Image(string file, string folder, BootImage otherwise) => file.Length == 0 ? otherwise : BootImage.FromFile(Path.Combine(folder, file));

    private static LoadedFile? Loaded(WrittenFile? written, string folder, LoadedFile? otherwise) =>
        ReferenceEquals(written, WrittenFile.LeftOut) ? otherwise : written?.ToLoaded(folder);
}

/// <summary>A file that GRUB loads.</summary>
internal sealed class WrittenFile
{
    /// <summary>Stands where the file says nothing, which is not the same as null.</summary>
    public static readonly WrittenFile LeftOut = new();

    // Not "required": System.Text.Json then lets null into the other members.
    public string File { get; set; } = "";

    public string? Path { get; set; }

    public string CommandLine { get; set; } = "";

    public LoadedFile ToLoaded(string folder)
    {
        if (File.Length == 0)
        {
            throw new JsonException("a file that GRUB loads has no member 'file'");
        }

        var loaded = LoadedFile.Of(System.IO.Path.Combine(folder, File), CommandLine);
        return Path is null ? loaded : loaded with { Path = Path };
    }
}

/// <summary>Strict: no member that is not known, none twice, no null where none belongs.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 4)]
[JsonSerializable(typeof(WrittenPlatform))]
internal sealed partial class PlatformJson : JsonSerializerContext;
