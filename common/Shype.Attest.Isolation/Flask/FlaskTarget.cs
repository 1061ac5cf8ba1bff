namespace Shype.Attest.Isolation.Flask;

/// <summary>Whose policy it is.</summary>
public enum FlaskTarget
{
    /// <summary>Linux.</summary>
    SELinux,

    /// <summary>Xen.</summary>
    Xen,
}

/// <summary>What becomes of permissions that the kernel knows and the policy does not (handle_unknown).</summary>
public enum UnknownPermissions
{
    /// <summary>Denied.</summary>
    Deny,

    /// <summary>The policy is not loaded.</summary>
    Reject,

    /// <summary>Allowed, to everybody.</summary>
    Allow,
}
