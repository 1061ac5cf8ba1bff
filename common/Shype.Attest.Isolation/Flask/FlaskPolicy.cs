using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Isolation.Flask;

/// <summary>A binary kernel policy, read and checked: what its symbols are, which rules it holds, and which of them are in force for given booleans.</summary>
public sealed class FlaskPolicy
{
    private readonly PolicySymbols _symbols;
    private readonly AttributeMap _attributes;
    private readonly FlaskBitmap _permissive;

    internal FlaskPolicy(
        PolicySymbols symbols, AttributeMap attributes, ImmutableArray<FlaskRule> rules, ImmutableArray<FlaskConditional> conditionals, FlaskBitmap permissive)
    {
        (_symbols, _attributes, _permissive) = (symbols, attributes, permissive);
        (Rules, Conditionals) = (rules, conditionals);
        Classes = symbols.Classes.Symbols;
        Types = [.. symbols.Types.Symbols.Where(type => !type.IsAttribute)];
        Attributes = [.. symbols.Types.Symbols.Where(type => type.IsAttribute)];
        Roles = symbols.Roles.Symbols;
        Users = symbols.Users.Symbols;
        Booleans = symbols.Booleans.Symbols;
    }

    /// <summary>Whose policy it is.</summary>
    public required FlaskTarget Target { get; init; }

    /// <summary>The version of the format.</summary>
    public required int Version { get; init; }

    /// <summary>Whether contexts have levels and categories.</summary>
    public required bool IsMls { get; init; }

    /// <summary>What becomes of permissions that the policy does not know.</summary>
    public required UnknownPermissions UnknownPermissions { get; init; }

    /// <summary>The classes, by number.</summary>
    public ImmutableArray<FlaskClass> Classes { get; }

    /// <summary>The types, by number.</summary>
    public ImmutableArray<FlaskType> Types { get; }

    /// <summary>The attributes, by number.</summary>
    public ImmutableArray<FlaskType> Attributes { get; }

    /// <summary>The roles, by number.</summary>
    public ImmutableArray<FlaskRole> Roles { get; }

    /// <summary>The users, by number.</summary>
    public ImmutableArray<FlaskUser> Users { get; }

    /// <summary>The booleans, by number.</summary>
    public ImmutableArray<FlaskBoolean> Booleans { get; }

    /// <summary>The rules that are always in force, as the policy holds them.</summary>
    public ImmutableArray<FlaskRule> Rules { get; }

    /// <summary>The rules that booleans switch.</summary>
    public ImmutableArray<FlaskConditional> Conditionals { get; }

    /// <summary>What the policy labels itself: initial identifiers, devices, ports, paths.</summary>
    public required ImmutableArray<LabelledObject> Objects { get; init; }

    /// <summary>The numbers of the policy's capabilities (polcap).</summary>
    public required FlaskBitmap Capabilities { get; init; }

    /// <summary>The sensitivities' names, by rank.</summary>
    public ImmutableArray<string> Sensitivities => _symbols.Sensitivities.Symbols;

    /// <summary>The categories' names, by number.</summary>
    public ImmutableArray<string> Categories => _symbols.Categories.Symbols;

    /// <summary>How many role transitions there are.</summary>
    public required int RoleTransitionCount { get; init; }

    /// <summary>How many allow rules between roles there are.</summary>
    public required int RoleAllowCount { get; init; }

    /// <summary>How many type transitions by file name there are.</summary>
    public required int FilenameTransitionCount { get; init; }

    /// <summary>How many range transitions there are.</summary>
    public required int RangeTransitionCount { get; init; }

    /// <summary>The types that nothing is denied to, whatever the rules say.</summary>
    public IEnumerable<FlaskType> PermissiveTypes => Types.Where(IsPermissive);

    internal int CommonPermissionCount => _symbols.Commons.Symbols.Sum(permissions => permissions.Length);

    /// <summary>Whether nothing is denied to the type: its number is in the permissive map.</summary>
    public bool IsPermissive(FlaskType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return _permissive.Contains(type.Value);
    }

    /// <summary>The type or attribute of that name; a type also by its second names.</summary>
    public bool TryFindType(string name, [NotNullWhen(true)] out FlaskType? type) => _symbols.Types.TryFind(name, out type);

    /// <summary>The class of that name.</summary>
    public bool TryFindClass(string name, [NotNullWhen(true)] out FlaskClass? found) => _symbols.Classes.TryFind(name, out found);

    /// <summary>The user of that name.</summary>
    public bool TryFindUser(string name, [NotNullWhen(true)] out FlaskUser? user) => _symbols.Users.TryFind(name, out user);

    /// <summary>The role of that name.</summary>
    public bool TryFindRole(string name, [NotNullWhen(true)] out FlaskRole? role) => _symbols.Roles.TryFind(name, out role);

    /// <summary>The boolean of that name.</summary>
    public bool TryFindBoolean(string name, [NotNullWhen(true)] out FlaskBoolean? boolean) => _symbols.Booleans.TryFind(name, out boolean);

    /// <summary>The name behind a number in a rule.</summary>
    public string TypeName(int value) => _symbols.Types[value]?.Name ?? $"#{value}";

    /// <summary>The class behind a number in a rule.</summary>
    public FlaskClass ClassOf(FlaskRule rule) => _symbols.Classes[rule.Class] ?? throw new ArgumentException("the rule is not this policy's", nameof(rule));

    /// <summary>The types that a name in a rule stands for: a type for itself, an attribute for its members.</summary>
    public ImmutableArray<int> TypesOf(int name) => _attributes.TypesOf(name);

    /// <summary>The names by which rules may be about a type: its own and its attributes'.</summary>
    public ImmutableArray<int> NamesOf(int type) => _attributes.NamesOf(type);

    /// <summary>The context that a label "user:role:type" names, where the policy has all three, lets them go together, and has no levels.</summary>
    public bool TryFindContext(string label, [NotNullWhen(true)] out FlaskContext? context)
    {
        ArgumentNullException.ThrowIfNull(label);
        context = null;
        if (IsMls || label.Split(':') is not [var userName, var roleName, var typeName]
            || !TryFindUser(userName, out var user) || !TryFindRole(roleName, out var role) || !TryFindType(typeName, out var type)
            || type.IsAttribute || !user.Roles.Contains(role.Value - 1) || !role.Types.Contains(type.Value - 1))
        {
            return false;
        }

        context = new(user.Value, role.Value, type.Value, FlaskLevel.None, FlaskLevel.None);
        return true;
    }

    /// <summary>The permissions that rules allow between two types, attributes expanded, for these values of the booleans; constraints aside.</summary>
    public uint Allowed(FlaskType source, FlaskType target, FlaskClass found, BooleanValues booleans)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(booleans);
        var (sources, targets) = (NamesOf(source.Value), NamesOf(target.Value));
        return Rules.Concat(Conditionals.SelectMany(conditional => conditional.InForce(booleans)))
            .Where(rule => rule.Kind == FlaskRuleKind.Allow && rule.Class == found.Value && sources.Contains(rule.Source) && targets.Contains(rule.Target))
            .Aggregate(0u, (vector, rule) => vector | rule.Data);
    }

    /// <summary>The context as text, "user:role:type", without levels.</summary>
    public string Text(FlaskContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return $"{_symbols.Users[context.User]?.Name}:{_symbols.Roles[context.Role]?.Name}:{TypeName(context.Type)}";
    }

    internal int InheritedPermissionCount(FlaskClass found) =>
        found.Common is not null && _symbols.Commons.TryFind(found.Common, out var inherited) ? inherited.Length : 0;

    // A role dominates itself; what else it dominates the policy lists.
    internal bool RoleDominates(int one, int other) => one == other || (_symbols.Roles[one]?.Dominates.Contains(other - 1) ?? false);
}
