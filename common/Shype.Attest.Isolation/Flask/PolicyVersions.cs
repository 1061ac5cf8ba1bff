namespace Shype.Attest.Isolation.Flask;

// POLICYDB_VERSION_*: where the format changed, among the versions that are read.
internal static class PolicyVersions
{
    public const uint FilenameTransitions = 25;
    public const uint RoleTransitionClass = 26;
    public const uint ObjectDefaults = 27;
    public const uint DefaultType = 28;
    public const uint ConstraintNames = 29;
    public const uint ExtendedPermissions = 30;
    public const uint XenDeviceTree = 30;
    public const uint Infiniband = 31;
    public const uint CompressedFilenameTransitions = 33;
}
