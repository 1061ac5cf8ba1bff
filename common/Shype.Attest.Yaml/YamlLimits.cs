namespace Shype.Attest.Yaml;

/// <summary>Every bound on the files that people write for us.</summary>
public static class YamlLimits
{
    /// <summary>Bytes of a file: a manifest of a thousand VMs fits.</summary>
    public const int MaxFileBytes = 1024 * 1024;

    /// <summary>Nesting: file, list of VMs, VM, list of disks, disk.</summary>
    public const int MaxDepth = 8;

    /// <summary>Texts, lists and mappings in one file.</summary>
    public const int MaxNodes = 65_536;

    /// <summary>UTF-8 bytes of a text where its reader says nothing else.</summary>
    public const int MaxTextBytes = Measurement.MeasurementLimits.MaxNameBytes;

    /// <summary>UTF-8 bytes of a path.</summary>
    public const int MaxPathBytes = 4095;
}
