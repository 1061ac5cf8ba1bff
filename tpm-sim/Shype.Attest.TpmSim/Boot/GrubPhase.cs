using System.Text;
using Shype.Attest.Measurement.EventLogs;

namespace Shype.Attest.TpmSim.Boot;

/// <summary>
/// What GRUB 2.06 measures (its tpm module): each command into PCR 8, hashed without the log's prefix and NUL; each file that it opens into PCR 9; the
/// command line that it hands on into PCR 8 again. Xen's goes without its file name, Linux's with it.
/// </summary>
internal static class GrubPhase
{
    public static IEnumerable<BootEvent> Run(PlatformOptions options, BootEvents events)
    {
        var commands = Commands(options);
        var configuration = BootImage.FromBytes(Encoding.UTF8.GetBytes(string.Concat(commands.Select(command => command.Text + "\n"))));
        foreach (var text in (string[])[$"search --no-floppy --file {ConfigurationPath} --set=root", $"configfile {Root}{ConfigurationPath}"])
        {
            yield return Text("grub_cmd", text, events);
            yield return File(Root + ConfigurationPath, configuration, events);
        }

        foreach (var (text, loads, hands) in commands)
        {
            yield return Text("grub_cmd", text, events);
            if (loads is null)
            {
                continue;
            }

            yield return File(loads.Path, loads.Image, events);
            if (hands is var (prefix, commandLine))
            {
                yield return Text(prefix, commandLine, events);
            }
        }
    }

    private static List<Command> Commands(PlatformOptions options)
    {
        List<Command> commands = [new("set timeout=0")];
        var kernel = options.Kernel;
        if (options.Hypervisor is { } hypervisor)
        {
            commands.Add(new(Join("multiboot2", hypervisor.Path, hypervisor.CommandLine), hypervisor, ("kernel_cmdline", hypervisor.CommandLine)));
            commands.Add(new(Join("module2", kernel.Path, kernel.CommandLine), kernel, ("module_cmdline", kernel.CommandLine)));
        }
        else
        {
            commands.Add(new(Join("linux", kernel.Path, kernel.CommandLine), kernel, ("kernel_cmdline", Join(kernel.Path, kernel.CommandLine))));
        }

        if (options.InitialFileSystem is { } initrd)
        {
            commands.Add(options.Hypervisor is null
                ? new(Join("initrd", initrd.Path), initrd)
                : new(Join("module2 --nounzip", initrd.Path, initrd.CommandLine), initrd, ("module_cmdline", initrd.CommandLine)));
        }

        return [.. commands, new("boot")];
    }

    private static BootEvent Text(string prefix, string text, BootEvents events) =>
        events.Bytes(8, EventType.Ipl, Encoding.UTF8.GetBytes($"{prefix}: {text}\0"), Encoding.UTF8.GetBytes(text));

    private static BootEvent File(string path, BootImage image, BootEvents events) => events.Whole(9, EventType.Ipl, Encoding.UTF8.GetBytes(path + "\0"), image);

    private static string Join(params string[] words) => string.Join(' ', words.Where(word => word.Length > 0));

    private sealed record Command(string Text, LoadedFile? Loads = null, (string Prefix, string CommandLine)? Hands = null);

    private const string Root = "(hd0,gpt2)";
    private const string ConfigurationPath = "/boot/grub/grub.cfg";
}
