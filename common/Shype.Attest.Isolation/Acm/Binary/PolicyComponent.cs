namespace Shype.Attest.Isolation.Acm.Binary;

/// <summary>The codes of the rules that a binary policy can hold (Xen's ACM_*_POLICY).</summary>
public enum PolicyComponent
{
    /// <summary>No rule: everything is permitted.</summary>
    None = 0,

    /// <summary>Chinese Wall.</summary>
    ChineseWall = 1,

    /// <summary>Simple Type Enforcement.</summary>
    TypeEnforcement = 2,
}
