using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Flask;

// The eight symbol tables, in the order of the format: commons, classes, roles, types, users, booleans, sensitivities, categories.
internal sealed class PolicySymbols
{
    private const uint Primary = 1;
    private const uint Attribute = 2;

    private PolicySymbols(SymbolTable<string[]> commons, SymbolTable<FlaskClass> classes)
    {
        Commons = commons;
        Classes = classes;
    }

    // A common set is its permissions' names by bit.
    public SymbolTable<string[]> Commons { get; }

    public SymbolTable<FlaskClass> Classes { get; }

    public required SymbolTable<FlaskRole> Roles { get; init; }

    public required SymbolTable<FlaskType> Types { get; init; }

    public required SymbolTable<FlaskUser> Users { get; init; }

    public required SymbolTable<FlaskBoolean> Booleans { get; init; }

    public required SymbolTable<string> Sensitivities { get; init; }

    public required SymbolTable<string> Categories { get; init; }

    public static PolicySymbols Read(ref FlaskReader reader, uint version)
    {
        var commons = SymbolTable<string[]>.Read(ref reader, "common", 17, Common);
        var classes = SymbolTable<FlaskClass>.Read(ref reader, "class", 29, (ref inner, highest) => Class(ref inner, highest, commons, version));
        return new(commons, classes)
        {
            Roles = SymbolTable<FlaskRole>.Read(ref reader, "role", 37, Role),
            Types = SymbolTable<FlaskType>.Read(ref reader, "type", 17, Type),
            Users = SymbolTable<FlaskUser>.Read(ref reader, "user", 25, User),
            Booleans = SymbolTable<FlaskBoolean>.Read(ref reader, "bool", 13, Boolean),
            Sensitivities = SymbolTable<string>.Read(ref reader, "sensitivity", 25, Sensitivity),
            Categories = SymbolTable<string>.Read(ref reader, "category", 13, Category),
        };
    }

    private static (int Value, string Name, string[]? Symbol) Common(ref FlaskReader reader, int highest)
    {
        var length = reader.Length("common.name");
        var value = reader.Value("common.value", highest);
        var permissions = PermissionTable(ref reader, "common.permissions", out var count);
        var name = reader.Name(length, "common.name");
        ReadPermissions(ref reader, permissions, count, "common.permissions");
        if (permissions.Contains(null))
        {
            reader.Refuse("common.permissions", $"a bit of '{name}' has no name");
        }

        return (value, name, [.. permissions.OfType<string>()]);
    }

    private static (int Value, string Name, FlaskClass? Symbol) Class(ref FlaskReader reader, int highest, SymbolTable<string[]> commons, uint version)
    {
        var length = reader.Length("class.name");
        var commonLength = reader.U32("class.common");
        if (commonLength > FlaskLimits.MaxNameBytes)
        {
            reader.Refuse("class.common", $"{commonLength} bytes, more than {FlaskLimits.MaxNameBytes}");
        }

        var value = reader.Value("class.value", highest);
        var permissions = PermissionTable(ref reader, "class.permissions", out var count);
        var constraintCount = reader.Count("class.constraints", ConstraintReader.LeastBytes);
        var name = reader.Name(length, "class.name");
        var common = commonLength == 0 ? null : reader.Name((int)commonLength, "class.common");
        Inherit(ref reader, permissions, common, commons);
        ReadPermissions(ref reader, permissions, count, "class.permissions");

        var constraints = ConstraintReader.Read(ref reader, constraintCount, relabelling: false, version);
        var transitionCount = reader.Count("class.validatetrans", ConstraintReader.LeastBytes);
        var transitions = ConstraintReader.Read(ref reader, transitionCount, relabelling: true, version);
        ImmutableArray<uint> defaults =
        [
            version >= PolicyVersions.ObjectDefaults ? reader.U32("class.default_user") : 0,
            version >= PolicyVersions.ObjectDefaults ? reader.U32("class.default_role") : 0,
            version >= PolicyVersions.ObjectDefaults ? reader.U32("class.default_range") : 0,
            version >= PolicyVersions.DefaultType ? reader.U32("class.default_type") : 0,
        ];
        return (value, name, new FlaskClass(value, name, common, [.. permissions], constraints, transitions, defaults));
    }

    private static void Inherit(ref FlaskReader reader, string?[] permissions, string? common, SymbolTable<string[]> commons)
    {
        if (common is null)
        {
            return;
        }

        if (!commons.TryFind(common, out var inherited) || inherited.Length > permissions.Length)
        {
            reader.Refuse("class.common", $"there is no common set '{common}' that would fit");
        }

        inherited.CopyTo(permissions, 0);
    }

    private static string?[] PermissionTable(ref FlaskReader reader, string member, out int count)
    {
        var highest = reader.U32(member);
        if (highest > FlaskLimits.MaxPermissions)
        {
            reader.Refuse(member, $"{highest} permissions, more than {FlaskLimits.MaxPermissions}");
        }

        count = reader.Count(member, 9);
        return new string?[highest];
    }

    private static void ReadPermissions(ref FlaskReader reader, string?[] permissions, int count, string member)
    {
        for (var i = 0; i < count; i++)
        {
            var length = reader.Length(member);
            var bit = reader.Value(member, permissions.Length) - 1;
            var name = reader.Name(length, member);
            if (permissions[bit] is not null || permissions.Contains(name))
            {
                reader.Refuse(member, $"'{name}', or its bit, is there twice");
            }

            permissions[bit] = name;
        }
    }

    private static (int Value, string Name, FlaskRole? Symbol) Role(ref FlaskReader reader, int highest)
    {
        var length = reader.Length("role.name");
        var value = reader.Value("role.value", highest);
        reader.U32("role.bounds");
        var name = reader.Name(length, "role.name");
        return (value, name, new FlaskRole(value, name, reader.Bitmap("role.dominates"), reader.Bitmap("role.types")));
    }

    private static (int Value, string Name, FlaskType? Symbol) Type(ref FlaskReader reader, int highest)
    {
        var length = reader.Length("type.name");
        var value = reader.Value("type.value", highest);
        var properties = reader.U32("type.properties");
        var bounds = reader.U32("type.bounds");
        if (bounds > (uint)highest)
        {
            reader.Refuse("type.bounds", $"{bounds} is no type");
        }

        // Without either property it is a second name of a type (an alias).
        var name = reader.Name(length, "type.name");
        return (value, name, (properties & (Primary | Attribute)) == 0 ? null : new FlaskType(value, name, (properties & Attribute) != 0, (int)bounds));
    }

    private static (int Value, string Name, FlaskUser? Symbol) User(ref FlaskReader reader, int highest)
    {
        var length = reader.Length("user.name");
        var value = reader.Value("user.value", highest);
        reader.U32("user.bounds");
        var name = reader.Name(length, "user.name");
        var roles = reader.Bitmap("user.roles");
        ContextReader.ReadRange(ref reader, "user.range");
        ContextReader.ReadLevel(ref reader, "user.level");
        return (value, name, new FlaskUser(value, name, roles));
    }

    private static (int Value, string Name, FlaskBoolean? Symbol) Boolean(ref FlaskReader reader, int highest)
    {
        var value = reader.Value("bool.value", highest);
        var state = reader.U32("bool.state");
        var name = reader.Name(reader.Length("bool.name"), "bool.name");
        if (state > 1)
        {
            reader.Refuse("bool.state", $"{state} is neither 0 nor 1");
        }

        return (value, name, new FlaskBoolean(value, name, state == 1));
    }

    private static (int Value, string Name, string? Symbol) Sensitivity(ref FlaskReader reader, int highest)
    {
        var length = reader.Length("sensitivity.name");
        var alias = reader.U32("sensitivity.isalias") != 0;
        var name = reader.Name(length, "sensitivity.name");
        var level = ContextReader.ReadLevel(ref reader, "sensitivity.level");
        if (level.Sensitivity < 1 || level.Sensitivity > highest)
        {
            reader.Refuse("sensitivity.level", $"{level.Sensitivity} is not a number from 1 to {highest}");
        }

        return (level.Sensitivity, name, alias ? null : name);
    }

    private static (int Value, string Name, string? Symbol) Category(ref FlaskReader reader, int highest)
    {
        var length = reader.Length("category.name");
        var value = reader.Value("category.value", highest);
        var alias = reader.U32("category.isalias") != 0;
        var name = reader.Name(length, "category.name");
        return (value, name, alias ? null : name);
    }
}
