namespace Shype.Attest.Isolation.Flask;

// The types that a domain may come to run with: whoever may create a domain of a type, relabel one to it or let one go over to it, whatever the booleans are, can
// make it one. Where nothing limits that, it is every type.
internal static class DomainTypes
{
    private static readonly (string Class, string Permission)[] Makes = [("domain", "create"), ("domain", "transition"), ("domain2", "relabelto")];

    public static HashSet<int> Made(FlaskPolicy policy)
    {
        if (!policy.TryFindClass("domain", out var domain) || !domain.Permissions.Contains("create") || policy.PermissiveTypes.Any())
        {
            return [.. policy.Types.Select(type => type.Value)];
        }

        var masks = policy.Classes.ToDictionary(found => found.Value, found => found.Mask(Makes.Where(make => make.Class == found.Name).Select(make => make.Permission)));
        var rules = policy.Rules.Concat(policy.Conditionals.SelectMany(conditional => conditional.WhenTrue.Concat(conditional.WhenFalse)));
        var targets = rules.Where(rule => rule.Kind == FlaskRuleKind.Allow && (rule.Data & masks[rule.Class]) != 0).Select(rule => (int)rule.Target).Distinct();
        return [.. targets.SelectMany(target => policy.TypesOf(target))];
    }

    // What the hypervisor itself gives out.
    public static IEnumerable<int> Given(FlaskPolicy policy) =>
        policy.Objects.Where(labelled => labelled.Kind == LabelledKind.InitialSid).Select(labelled => labelled.Context.Type);
}
