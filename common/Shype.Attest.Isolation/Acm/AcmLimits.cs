namespace Shype.Attest.Isolation.Acm;

/// <summary>Every bound on a policy file. xend read at most 8 KiB; these leave room for machine-made policies and none for bombs.</summary>
public static class AcmLimits
{
    /// <summary>Bytes of a policy file.</summary>
    public const int MaxFileBytes = 1 << 20;

    /// <summary>Nested elements; the grammar itself needs 6.</summary>
    public const int MaxDepth = 16;

    /// <summary>Elements of a file.</summary>
    public const int MaxElements = 32_768;

    /// <summary>Types of one kind.</summary>
    public const int MaxTypes = 1024;

    /// <summary>VM labels.</summary>
    public const int MaxVmLabels = 1024;

    /// <summary>Resource labels.</summary>
    public const int MaxResourceLabels = 4096;

    /// <summary>Rows of a binary policy's table: what has no label, and every label.</summary>
    public const int MaxSsidRows = 1 + MaxVmLabels + MaxResourceLabels;

    /// <summary>Bytes of a binary policy; no policy within the bounds here compiles to more.</summary>
    public const int MaxBinaryBytes = 1 << 24;

    /// <summary>Conflict sets.</summary>
    public const int MaxConflictSets = 256;

    /// <summary>UTF-16 units of a name or of any other text in the file.</summary>
    public const int MaxTextLength = 255;

    /// <summary>Pieces of advice listed for a policy.</summary>
    public const int MaxAdvice = 1000;

    /// <summary>Problems listed before a reader gives up on a file.</summary>
    public const int MaxProblems = 100;
}
