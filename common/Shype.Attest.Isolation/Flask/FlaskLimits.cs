namespace Shype.Attest.Isolation.Flask;

/// <summary>What the reader of binary policies accepts at most. Debian's whole reference policy needs a fraction of each.</summary>
public static class FlaskLimits
{
    /// <summary>A policy file; Xen itself takes no larger one.</summary>
    public const int MaxFileBytes = 64 * 1024 * 1024;

    /// <summary>The oldest policy version that is read: the first that Xen took.</summary>
    public const int MinVersion = 24;

    /// <summary>The newest policy version that is read.</summary>
    public const int MaxVersion = 33;

    /// <summary>Symbols of one kind: rules name them in 16 bits.</summary>
    public const int MaxSymbols = ushort.MaxValue;

    /// <summary>Permissions of a class: an access vector has 32 bits.</summary>
    public const int MaxPermissions = 32;

    /// <summary>Bytes of a symbol's name.</summary>
    public const int MaxNameBytes = 255;

    /// <summary>Bytes of a path or file name.</summary>
    public const int MaxPathBytes = 4096;

    /// <summary>Values that a constraint's expression may have waiting (CEXPR_MAXDEPTH).</summary>
    public const int MaxConstraintDepth = 5;

    /// <summary>Values that a conditional's expression may have waiting (COND_EXPR_MAXDEPTH).</summary>
    public const int MaxConditionDepth = 10;

    /// <summary>Pairs of type and attribute, counted over the whole policy.</summary>
    public const int MaxMemberships = 4_000_000;

    /// <summary>Steps that finding all communication may take.</summary>
    public const int MaxFlowSteps = 1_000_000;

    /// <summary>Contexts that constraints are evaluated between.</summary>
    public const int MaxContexts = 2000;
}
