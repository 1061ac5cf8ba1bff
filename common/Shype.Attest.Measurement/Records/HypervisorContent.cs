using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Measurement.Records;

/// <summary>"hypervisor": what runs below the VMs.</summary>
public sealed record HypervisorContent : MeasurementContent
{
    /// <summary>From its fields.</summary>
    public HypervisorContent()
    {
    }

    [SetsRequiredMembers]
    private HypervisorContent(FieldReader reader)
    {
        Kind = reader.Text(0, "kind");
        Version = reader.Text(1, "version", 0);
        BuildId = reader.OptionalText(2, "buildId");
        ImageDigest = reader.Digest(3, "imageDigest");
        CommandLine = reader.CommandLine(4, "commandLine");
        Modules = reader.List(5, "modules", MeasurementLimits.MaxModules, HypervisorModule.Read);
        Facts = reader.Has(6, "facts") ? reader.List("facts", MeasurementLimits.MaxHypervisorFacts, HypervisorFact.Read, min: 1) : [];
    }

    /// <inheritdoc/>
    public override string Type => ContentTypes.Hypervisor;

    /// <inheritdoc/>
    public override PcrRole Role => PcrRole.Hypervisor;

    /// <summary>"xen", "kvm", "shype".</summary>
    public required string Kind { get; init; }

    /// <summary>As the hypervisor says it; may be empty where it says none.</summary>
    public required string Version { get; init; }

    /// <summary>GNU build id, in hex, of the running hypervisor.</summary>
    public string? BuildId { get; init; }

    /// <summary>The image that the boot loader loaded.</summary>
    public required MeasuredDigest ImageDigest { get; init; }

    /// <summary>The hypervisor's command line.</summary>
    public required string CommandLine { get; init; }

    /// <summary>What was loaded beside it: the host's kernel, its initrd, microcode, a policy.</summary>
    public required IReadOnlyList<HypervisorModule> Modules { get; init; }

    /// <summary>
    /// What else the host was asked about what runs below the VMs: source, security module, live patches, build configuration, QEMU. A fact with neither text nor
    /// digest was asked for and not told.
    /// </summary>
    public IReadOnlyList<HypervisorFact> Facts { get; init; } = [];

    internal static HypervisorContent Read(FieldReader reader) => new(reader);

    internal override void WriteFields(FieldWriter writer)
    {
        writer.Text(0, Kind, "kind");
        writer.Text(1, Version, "version", 0);
        writer.OptionalText(2, BuildId, "buildId");
        writer.Digest(3, ImageDigest, "imageDigest");
        writer.CommandLine(4, CommandLine, "commandLine");
        writer.List(5, Modules, "modules", MeasurementLimits.MaxModules, nameof(MeasurementLimits.MaxModules), HypervisorModule.Write);
        if (Facts.Count > 0)
        {
            writer.List(6, Facts, "facts", MeasurementLimits.MaxHypervisorFacts, nameof(MeasurementLimits.MaxHypervisorFacts), HypervisorFact.Write);
        }
    }
}

/// <summary>One module that the boot loader handed to the hypervisor.</summary>
/// <param name="Name">What it is called: "kernel", "initrd".</param>
/// <param name="Digest">Its digest.</param>
/// <param name="CommandLine">Its command line; empty where it has none.</param>
public sealed record HypervisorModule(string Name, MeasuredDigest Digest, string CommandLine)
{
    internal static HypervisorModule Read(FieldReader reader)
    {
        reader.BeginMap("module", 3);
        var module = new HypervisorModule(
            reader.Text(0, "module.name"), reader.Digest(1, "module.digest"), reader.CommandLine(2, "module.commandLine"));
        reader.EndFields("module");
        return module;
    }

    internal static void Write(FieldWriter writer, HypervisorModule module)
    {
        writer.BeginMap();
        writer.Text(0, module.Name, "module.name");
        writer.Digest(1, module.Digest, "module.digest");
        writer.CommandLine(2, module.CommandLine, "module.commandLine");
        writer.EndMap();
    }
}
