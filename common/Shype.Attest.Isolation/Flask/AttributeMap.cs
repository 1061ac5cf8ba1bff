using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Flask;

// type_attr_map: per number of a type the numbers, less one, of its attributes; here both ways round, each type among its own.
internal sealed class AttributeMap
{
    private readonly ImmutableArray<int>[] _attributes;
    private readonly ImmutableArray<int>[] _members;

    private AttributeMap(ImmutableArray<int>[] attributes, ImmutableArray<int>[] members)
    {
        _attributes = attributes;
        _members = members;
    }

    // What a rule may name so that it is about the type: the type and its attributes.
    public ImmutableArray<int> NamesOf(int type) => _attributes[type];

    // The types that a name in a rule stands for.
    public ImmutableArray<int> TypesOf(int name) => _members[name];

    public static AttributeMap Read(ref FlaskReader reader, SymbolTable<FlaskType> types)
    {
        var attributes = new ImmutableArray<int>[types.Highest + 1];
        var members = new List<int>?[types.Highest + 1];
        attributes[0] = [];
        var memberships = 0;
        for (var value = 1; value <= types.Highest; value++)
        {
            var map = reader.Bitmap("type_attr_map");
            memberships += map.Count;
            if (map.Highest >= types.Highest || memberships > FlaskLimits.MaxMemberships)
            {
                reader.Refuse("type_attr_map", $"more than {types.Highest} numbers, or than {FlaskLimits.MaxMemberships} in all");
            }

            attributes[value] = types[value] is { IsAttribute: false } ? Names(ref reader, value, map, types) : [];
            foreach (var name in attributes[value])
            {
                (members[name] ??= []).Add(value);
            }
        }

        return new(attributes, [.. members.Select(list => list is null ? ImmutableArray<int>.Empty : [.. list])]);
    }

    private static ImmutableArray<int> Names(ref FlaskReader reader, int type, FlaskBitmap map, SymbolTable<FlaskType> types)
    {
        var names = ImmutableArray.CreateBuilder<int>();
        names.Add(type);
        foreach (var number in map.Numbers())
        {
            if (number + 1 == type)
            {
                continue;
            }

            if (types[number + 1] is not { IsAttribute: true })
            {
                reader.Refuse("type_attr_map", $"type {type} has {number + 1} as attribute, which is none");
            }

            names.Add(number + 1);
        }

        return names.DrainToImmutable();
    }
}
