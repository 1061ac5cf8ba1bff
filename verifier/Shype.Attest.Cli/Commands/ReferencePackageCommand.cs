using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Cli.Files;
using Shype.Attest.Cli.Output;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Cli.Commands;

/// <summary><c>shype reference from-package</c>: digests of what Debian ships, taken from the package and not from a host.</summary>
internal static class ReferencePackageCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var files = new Argument<string[]>("FILE.deb") { Description = "Debian packages of hypervisor and kernel", Arity = ArgumentArity.OneOrMore };
        var line = new Option<string?>("--command-line") { Description = "The hypervisor's command line; then a reference document is made", HelpName = "TEXT" };
        var kernelLine = new Option<string?>("--kernel-command-line") { Description = "The host kernel's command line", HelpName = "TEXT" };
        var initrd = new Option<string?>("--initrd") { Description = "The initrd of a host, which no package ships; \"none\" where there is none", HelpName = "FILE" };
        var all = new Option<bool>("--all") { Description = "Every file, not only hypervisors and kernels" };
        var output = new Option<string?>("--out", "-o") { Description = "Where the reference document goes; otherwise to standard output", HelpName = "FILE" };
        var json = JsonOption.Create();
        var command = new Command(
            "from-package",
            """
            Say the SHA-256 of what Debian packages ship: the hypervisor (/boot/xen-*.gz, *.efi) and the host's kernel (/boot/vmlinuz-*). With --command-line, make
            a reference document of them. An initrd is made on each host by update-initramfs, so no package has its digest: name the file, or capture a host.
            Check a package's own signature first, as apt does. No verifier is needed.

            Example:
              shype reference from-package xen-hypervisor-4.17-amd64.deb linux-image-6.1.deb --command-line "placeholder" --kernel-command-line "placeholder ro" --initrd /boot/initrd.img -o xen.json
            """)
        { files, line, kernelLine, initrd, all, output, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(surroundings, parsed.GetValue(json));
            List<(DebianPackage Package, PackagedFile File, string? Role)> found = [];
            foreach (var path in parsed.GetRequiredValue(files))
            {
                var package = await DebianPackage.ReadAsync(path, cancellationToken);
                found.AddRange(package.Files.Select(file => (package, file, RoleOf(file.Path))));
            }

            if (parsed.GetValue(line) is { } commandLine)
            {
                var modules = await InitrdAsync(surroundings, parsed.GetValue(initrd), cancellationToken);
                var document = ToDocument(found, commandLine, parsed.GetValue(kernelLine), modules);
                return await WriteAsync(report, parsed.GetValue(output), document, cancellationToken);
            }

            if (parsed.GetValue(output) is not null)
            {
                throw CommandException.Unusable("--command-line is needed for a reference document: the same hypervisor with other options is another one");
            }

            Show(report, [.. found.Where(entry => entry.Role is not null || parsed.GetValue(all))]);
            return (int)ExitCode.Yes;
        });
        return command;
    }

    private static string? RoleOf(string path) => !path.StartsWith("/boot/", StringComparison.Ordinal) && !path.EndsWith(".efi", StringComparison.Ordinal) ? null
        : Path.GetFileName(path) switch
        {
            var name when name.StartsWith("xen-", StringComparison.Ordinal) && (name.EndsWith(".gz", StringComparison.Ordinal) || name.EndsWith(".efi", StringComparison.Ordinal)) => Hypervisor,
            "xen.gz" or "xen.efi" => Hypervisor,
            var name when name.StartsWith("vmlinuz", StringComparison.Ordinal) => Kernel,
            _ => null,
        };

    private static ReferenceDocument ToDocument(
        List<(DebianPackage Package, PackagedFile File, string? Role)> found, string commandLine, string? kernelLine, IReadOnlyList<ModuleReference>? initrd)
    {
        var (hypervisors, kernels) = (found.Where(entry => entry.Role == Hypervisor).ToList(), found.Where(entry => entry.Role == Kernel).ToList());
        if (hypervisors.Count == 0)
        {
            throw CommandException.Unusable("none of the packages ships a hypervisor (/boot/xen-*.gz or *.efi)");
        }

        if (kernels.Count == 0 || kernelLine is null || initrd is null)
        {
            throw CommandException.Unusable(
                kernels.Count == 0 ? "none of the packages ships a kernel (/boot/vmlinuz-*): name the host kernel's package as well"
                : kernelLine is null ? "--kernel-command-line is needed for a reference document"
                : "--initrd is needed for a reference document: a host makes its initrd itself, no package ships it; name the file, or none");
        }

        return new()
        {
            Format = ReferenceSet.Format,
            Description = "from packages: " + string.Join(", ", hypervisors.Concat(kernels).Select(entry => entry.Package.Title).Distinct(StringComparer.Ordinal)),
            Hypervisors =
            [
                .. from hypervisor in hypervisors
                   from kernel in kernels
                   select new HypervisorReference
                   {
                       Name = $"{hypervisor.Package.Title}: {hypervisor.File.Path}; {kernel.Package.Title}: {kernel.File.Path}",
                       Kind = "xen",
                       Image = hypervisor.File.Digest,
                       CommandLine = commandLine,
                       Modules = [new() { Name = "kernel", Digest = kernel.File.Digest, CommandLine = kernelLine }, .. initrd],
                   },
            ],
        };
    }

    private static async Task<IReadOnlyList<ModuleReference>?> InitrdAsync(Surroundings surroundings, string? path, CancellationToken cancellationToken) => path switch
    {
        null => null,
        "none" => [],
        _ => [new() { Name = "initrd", Digest = new(MeasuredDigest.Sha256, SHA256.HashData(await InputFile.ReadAsync(surroundings, path, MaxInitrdBytes, cancellationToken))) }],
    };

    private static async Task<int> WriteAsync(Report report, string? path, ReferenceDocument document, CancellationToken cancellationToken)
    {
        var bytes = ReferenceSet.TryCreate(document, out _, out var problem) ? ReferenceSet.Encode(document) : throw CommandException.Unusable(problem.ToString());
        if (path is null)
        {
            report.Line(Encoding.UTF8.GetString(bytes));
            return (int)ExitCode.Yes;
        }

        await OutputFile.WriteAsync(path, bytes, cancellationToken);
        new Page(report).Line(0, $"{document.Hypervisors.Count} hypervisors with their kernels, to {path}");
        return (int)ExitCode.Yes;
    }

    private static void Show(Report report, IReadOnlyList<(DebianPackage Package, PackagedFile File, string? Role)> found)
    {
        if (report.Json)
        {
            report.Write(
                new PackageReport([.. found.Select(entry => new PackageFileReport(
                    entry.Package.Name, entry.Package.Version, entry.Package.Architecture, entry.File.Path, entry.Role, entry.File.Digest.ToString()))]),
                CliJson.Default.PackageReport);
            return;
        }

        if (found.Count == 0)
        {
            new Page(report).Line(0, "no hypervisor and no kernel; --all lists every file");
            return;
        }

        new Page(report).Table(0, ["package", "file", "is", "digest"], found.Select(entry => (IReadOnlyList<(string, Spectre.Console.Style?)>)
            [(entry.Package.Title, Styles.Strong), (entry.File.Path, null), (entry.Role ?? "", null), (entry.File.Digest.ToString(), null)]));
        if (found.Any(entry => entry.Role == Kernel))
        {
            report.Note("an initrd is made on each host by update-initramfs: no package has its digest (--initrd FILE, or shype reference capture)");
        }
    }

    private const string Hypervisor = "hypervisor";
    private const string Kernel = "kernel";
    private const int MaxInitrdBytes = 1024 * 1024 * 1024;
}
