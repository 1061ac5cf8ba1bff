using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Flask;

// Xen's policies give a domain several types: for access to itself, its event channels, its device model's target, and while it is built. They are taken as one
// domain by their names. A name is what the policy's author likes, so what is put together that way must only add flows: a type that somebody may run a domain
// with, or asks about, is a node of its own besides, and every flow of it is found at both.
internal sealed class DomainNodes
{
    private const string DomainAttribute = "domain_type";
    private static readonly ImmutableArray<string> Suffixes = ["_self", "_target", "_channel", "_building"];

    private readonly ImmutableArray<int>[] _ownersOf;

    private DomainNodes(ImmutableArray<int>[] ownersOf, ImmutableArray<int> domains)
    {
        _ownersOf = ownersOf;
        Domains = domains;
    }

    // The types that domains run with, by name.
    public ImmutableArray<int> Domains { get; }

    // The type of the domain that a type belongs to; itself where it belongs to none.
    public int BaseOf(int type) => _ownersOf[type][0];

    // The types at whose nodes a flow of this type is found.
    public ImmutableArray<int> OwnersOf(int type) => _ownersOf[type];

    public static DomainNodes Of(FlaskPolicy policy, IEnumerable<int> named)
    {
        var (made, given) = (DomainTypes.Made(policy), DomainTypes.Given(policy).Concat(named).ToHashSet());
        // A policy may label with whatever number has a name, an attribute's too.
        var highest = policy.Types.Concat(policy.Attributes).Select(type => type.Value).DefaultIfEmpty().Max();
        ImmutableArray<int>[] ownersOf = [.. Enumerable.Range(0, highest + 1).Select(number => ImmutableArray.Create(number))];
        foreach (var type in policy.Types)
        {
            var owner = Base(policy, type);
            ownersOf[type.Value] = owner != type.Value && (made.Contains(type.Value) || given.Contains(type.Value)) ? [owner, type.Value] : [owner];
        }

        var declared = policy.TryFindType(DomainAttribute, out var attribute) && attribute.IsAttribute ? policy.TypesOf(attribute.Value) : [.. policy.Types.Select(type => type.Value)];
        return new(ownersOf, [.. declared.Select(type => ownersOf[type][0]).Concat(made.Concat(given.Where(type => ownersOf[type].Length > 1))).Distinct().OrderBy(policy.TypeName, StringComparer.Ordinal)]);
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
