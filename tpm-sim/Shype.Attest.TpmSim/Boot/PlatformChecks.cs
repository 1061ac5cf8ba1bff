using System.Text;

namespace Shype.Attest.TpmSim.Boot;

/// <summary>Refuses options that no boot loader could have measured.</summary>
internal static class PlatformChecks
{
    public static PlatformOptions Check(PlatformOptions options)
    {
        CheckText(options.FirmwareVersion, "firmware version");
        foreach (var (file, what) in ((LoadedFile?, string)[])[(options.Hypervisor, "hypervisor"), (options.Kernel, "kernel"), (options.InitialFileSystem, "initial file system")])
        {
            if (file is null)
            {
                continue;
            }

            CheckText(file.CommandLine, $"{what}'s command line");
            CheckText(file.Path, $"{what}'s path");
            if (!file.Path.StartsWith('/') || file.Path.Contains(' ', StringComparison.Ordinal))
            {
                throw new SimulatorException($"the {what}'s path '{file.Path}' is not one that GRUB is given: write an absolute path without spaces");
            }
        }

        foreach (var path in options.Ima?.Keys ?? [])
        {
            CheckText(path, "path of a file that the kernel loads");
            if (!path.StartsWith('/'))
            {
                throw new SimulatorException($"'{path}' is no path that a kernel loads a file from: write an absolute one");
            }
        }

        return options;
    }

    // GRUB ends a command at a line's end; Linux takes 4,096 bytes of command line at most.
    private static void CheckText(string text, string what)
    {
        if (text.Any(char.IsControl))
        {
            throw new SimulatorException($"the {what} has a control character: leave it out");
        }

        if (Encoding.UTF8.GetByteCount(text) is var bytes and > MaxTextBytes)
        {
            throw new SimulatorException($"the {what} has {bytes} bytes, {MaxTextBytes} are allowed");
        }
    }

    private const int MaxTextBytes = 4096;
}
