using System.CommandLine;
using Shype.Attest.TpmSim.Boot;

namespace Shype.Attest.TpmSim.Cli;

/// <summary>What a host boots, from a platform file and from options that override it.</summary>
internal sealed class BootOptions
{
    private readonly Option<string> _boot = new("--boot")
    {
        Description = "A platform file (JSON), 'defaults', or 'none' for firmware that measures nothing", HelpName = "FILE", DefaultValueFactory = _ => Defaults,
    };

    private readonly Option<string?> _hypervisor = new("--hypervisor") { Description = "The hypervisor's image; 'none' for a Linux kernel that is the hypervisor itself", HelpName = "FILE" };
    private readonly Option<string?> _hypervisorArguments = new("--hypervisor-command-line") { HelpName = "TEXT" };
    private readonly Option<string?> _kernel = new("--kernel") { Description = "The kernel", HelpName = "FILE" };
    private readonly Option<string?> _kernelArguments = new("--kernel-command-line") { HelpName = "TEXT" };
    private readonly Option<string?> _initrd = new("--initrd") { Description = "The initial file system; 'none' for no such", HelpName = "FILE" };
    private readonly Option<string?> _bootLoader = new("--boot-loader") { Description = "The boot loader, a PE image", HelpName = "FILE" };
    private readonly Option<string[]> _ima = new("--ima")
    {
        Description = "A file that the kernel loads and measures into PCR 10 (IMA), by its whole path; may stand several times. The list is written to ima_list",
        HelpName = "FILE",
    };

    private readonly Option<string?> _secureBoot = new("--secure-boot") { Description = "Whether Secure Boot is on", HelpName = "on|off" };

    public void AddTo(Command command)
    {
        _secureBoot.AcceptOnlyFromAmong("on", "off");
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    public PlatformOptions? Read(ParseResult parsed)
    {
        var boot = parsed.GetRequiredValue(_boot);
        if (boot == None)
        {
            return All.Skip(1).FirstOrDefault(option => parsed.GetResult(option) is not null) is { } senseless
                ? throw new SimulatorException($"{senseless.Name} has no meaning with --boot {None}: leave one of them out")
                : null;
        }

        var options = boot == Defaults ? new PlatformOptions() : PlatformFile.Read(boot);
        var hypervisor = Override(options.Hypervisor, parsed.GetValue(_hypervisor), parsed.GetValue(_hypervisorArguments), _hypervisorArguments);
        return options with
        {
            Hypervisor = hypervisor,
            Kernel = Override(options.Kernel, parsed.GetValue(_kernel), parsed.GetValue(_kernelArguments), _kernelArguments)
                ?? throw new SimulatorException($"{_kernel.Name} {None}: a host boots some kernel"),
            InitialFileSystem = Override(options.InitialFileSystem, parsed.GetValue(_initrd), null, _initrd),
            BootLoader = parsed.GetValue(_bootLoader) is { } loader ? BootImage.FromFile(loader) : options.BootLoader,
            Ima = parsed.GetValue(_ima) is { Length: > 0 } files ? Load(options.Ima, files) : options.Ima,
            SecureBoot = parsed.GetValue(_secureBoot) is { } secure ? secure == "on" : options.SecureBoot,
        };
    }

    private Option[] All => [_boot, _hypervisor, _hypervisorArguments, _kernel, _kernelArguments, _initrd, _bootLoader, _ima, _secureBoot];

    private static Dictionary<string, ReadOnlyMemory<byte>> Load(IReadOnlyDictionary<string, ReadOnlyMemory<byte>>? before, string[] files)
    {
        var loaded = before?.ToDictionary(file => file.Key, file => file.Value, StringComparer.Ordinal) ?? [];
        foreach (var file in files)
        {
            try
            {
                loaded[Path.GetFullPath(file)] = File.ReadAllBytes(file);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                throw new SimulatorException($"--ima {file} cannot be read: {refused.Message}", refused);
            }
        }

        return loaded;
    }

    private static LoadedFile? Override(LoadedFile? before, string? file, string? commandLine, Option commandLineOption)
    {
        var loaded = file switch
        {
            null => before,
            None => null,
            _ => LoadedFile.Of(file, before?.CommandLine ?? ""),
        };
        return commandLine is null
            ? loaded
            : loaded is null
                ? throw new SimulatorException($"{commandLineOption.Name} has no meaning without an image: name one")
                : loaded with { CommandLine = commandLine };
    }

    private const string Defaults = "defaults";
    private const string None = "none";
}
