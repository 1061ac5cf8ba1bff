using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Flask;

// Xen's policies give a domain several types: for access to itself, its event channels, its device model's target, and while it is built. They are one domain.
internal sealed class DomainNodes
{
    private const string DomainAttribute = "domain_type";
    private static readonly ImmutableArray<string> Suffixes = ["_self", "_target", "_channel", "_building"];

    private readonly int[] _baseOf;

    private DomainNodes(int[] baseOf, ImmutableArray<int> domains)
    {
        _baseOf = baseOf;
        Domains = domains;
    }

    // The types that domains run with, by name.
    public ImmutableArray<int> Domains { get; }

    // The type of the domain that a type belongs to; itself where it belongs to none.
    public int BaseOf(int type) => _baseOf[type];

    public static DomainNodes Of(FlaskPolicy policy)
    {
        var baseOf = new int[policy.Types.Select(type => type.Value).DefaultIfEmpty().Max() + 1];
        foreach (var type in policy.Types)
        {
            baseOf[type.Value] = Base(policy, type);
        }

        var declared = policy.TryFindType(DomainAttribute, out var attribute) && attribute.IsAttribute ? policy.TypesOf(attribute.Value) : [.. policy.Types.Select(type => type.Value)];
        return new(baseOf, [.. declared.Select(type => baseOf[type]).Distinct().OrderBy(policy.TypeName, StringComparer.Ordinal)]);
    }

    private static int Base(FlaskPolicy policy, FlaskType type)
    {
        var name = type.Name;
        foreach (var suffix in Suffixes)
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal)
                && policy.TryFindType(name[..^suffix.Length], out var owner) && !owner.IsAttribute && owner.Name == name[..^suffix.Length])
            {
                return owner.Value;
            }
        }

        return type.Value;
    }
}
