namespace Shype.Attest.Agent.Yaml;

/// <summary>Every bound on the files that people write for the agent.</summary>
public static class YamlLimits
{
    /// <summary>Bytes of a file: a manifest of a thousand VMs fits.</summary>
    public const int MaxFileBytes = 1024 * 1024;

    /// <summary>Nesting: file, list of VMs, VM, list of disks, disk.</summary>
    public const int MaxDepth = 8;

    /// <summary>Texts, lists and mappings in one file.</summary>
    public const int MaxNodes = 65_536;

    /// <summary>UTF-8 bytes of a path.</summary>
    public const int MaxPathBytes = 4095;
}
