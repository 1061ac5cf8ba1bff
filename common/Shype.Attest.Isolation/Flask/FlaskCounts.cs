using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Flask;

/// <summary>How much of everything a policy holds, under the names that <c>seinfo</c> prints.</summary>
public static class FlaskCounts
{
    /// <summary>The counts, in seinfo's order; those that only the other target can have are left out.</summary>
    public static ImmutableArray<FlaskCount> Of(FlaskPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var constraints = policy.Classes.SelectMany(found => found.Constraints).ToList();
        var transitions = policy.Classes.SelectMany(found => found.Transitions).ToList();
        var kinds = policy.Conditionals.SelectMany(conditional => conditional.WhenTrue.Concat(conditional.WhenFalse)).Concat(policy.Rules)
            .CountBy(rule => rule.Kind)
            .ToDictionary();
        int Rules(FlaskRuleKind kind) => kinds.GetValueOrDefault(kind);
        int Objects(LabelledKind kind) => policy.Objects.Count(found => found.Kind == kind);
        ImmutableArray<FlaskCount> common =
        [
            new("Classes", policy.Classes.Length),
            new("Permissions", Permissions(policy)),
            new("Sensitivities", policy.Sensitivities.Length),
            new("Categories", policy.Categories.Length),
            new("Types", policy.Types.Length),
            new("Attributes", policy.Attributes.Length),
            new("Users", policy.Users.Length),
            new("Roles", policy.Roles.Length),
            new("Booleans", policy.Booleans.Length),
            new("Cond. Expr.", policy.Conditionals.Length),
            new("Allow", Rules(FlaskRuleKind.Allow)),
            new("Auditallow", Rules(FlaskRuleKind.AuditAllow)),
            new("Dontaudit", Rules(FlaskRuleKind.DontAudit)),
            new("Type_trans", Rules(FlaskRuleKind.TypeTransition) + policy.FilenameTransitionCount),
            new("Type_change", Rules(FlaskRuleKind.TypeChange)),
            new("Type_member", Rules(FlaskRuleKind.TypeMember)),
            new("Range_trans", policy.RangeTransitionCount),
            new("Role allow", policy.RoleAllowCount),
            new("Role_trans", policy.RoleTransitionCount),
            new("Constraints", constraints.Count(constraint => !constraint.IsMls)),
            new("Validatetrans", transitions.Count(constraint => !constraint.IsMls)),
            new("MLS Constrain", constraints.Count(constraint => constraint.IsMls)),
            new("MLS Val. Tran", transitions.Count(constraint => constraint.IsMls)),
            new("Permissives", policy.PermissiveTypes.Count()),
            new("Polcap", policy.Capabilities.Count),
            new("Defaults", policy.Classes.Sum(found => found.Defaults.Count(value => value != 0))),
            new("Typebounds", policy.Types.Count(type => type.BoundedBy != 0)),
            new("Initial SIDs", Objects(LabelledKind.InitialSid)),
        ];
        return policy.Target == FlaskTarget.Xen
            ? common.AddRange(
                new("Devicetreecon", Objects(LabelledKind.DeviceTree)),
                new("Iomemcon", Objects(LabelledKind.IoMemory)),
                new("Ioportcon", Objects(LabelledKind.IoPort)),
                new("Pcidevicecon", Objects(LabelledKind.PciDevice)),
                new("Pirqcon", Objects(LabelledKind.Pirq)))
            : common.AddRange(
                new("Allowxperm", Rules(FlaskRuleKind.AllowExtended)),
                new("Auditallowxperm", Rules(FlaskRuleKind.AuditAllowExtended)),
                new("Dontauditxperm", Rules(FlaskRuleKind.DontAuditExtended)),
                new("Ibendportcon", Objects(LabelledKind.InfinibandPort)),
                new("Ibpkeycon", Objects(LabelledKind.InfinibandKey)),
                new("Fs_use", Objects(LabelledKind.FileSystemUse)),
                new("Genfscon", Objects(LabelledKind.GeneratedFile)),
                new("Portcon", Objects(LabelledKind.Port)),
                new("Netifcon", Objects(LabelledKind.NetworkInterface)),
                new("Nodecon", Objects(LabelledKind.Node) + Objects(LabelledKind.Node6)));
    }

    // A permission of a common set is one permission, however many classes inherit it.
    private static int Permissions(FlaskPolicy policy) =>
        policy.CommonPermissionCount + policy.Classes.Sum(found => found.Permissions.Count(name => name is not null) - policy.InheritedPermissionCount(found));
}

/// <summary>A number of things of one kind.</summary>
/// <param name="Name">What is counted, as seinfo calls it.</param>
/// <param name="Count">How many there are.</param>
public sealed record FlaskCount(string Name, int Count);
