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
            SecureBoot = parsed.GetValue(_secureBoot) is { } secure ? secure == "on" : options.SecureBoot,
        };
    }

    private Option[] All => [_boot, _hypervisor, _hypervisorArguments, _kernel, _kernelArguments, _initrd, _bootLoader, _secureBoot];

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
