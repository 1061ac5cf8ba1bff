using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Flask;

/// <summary>An object class with its permissions and the constraints on them.</summary>
/// <param name="Value">Its number in rules.</param>
/// <param name="Name">Its name.</param>
/// <param name="Common">The name of the common set that it inherits permissions from, if any.</param>
/// <param name="Permissions">Names by bit of the access vector; null where no permission has the bit.</param>
/// <param name="Constraints">What must hold beside an allow rule.</param>
/// <param name="Transitions">What must hold when an object is relabelled (validatetrans).</param>
/// <param name="Defaults">Where new objects get their user, role, range and type from; zeros where nothing is said.</param>
public sealed record FlaskClass(
    int Value,
    string Name,
    string? Common,
    ImmutableArray<string?> Permissions,
    ImmutableArray<FlaskConstraint> Constraints,
    ImmutableArray<FlaskConstraint> Transitions,
    ImmutableArray<uint> Defaults)
{
    /// <summary>The access vector with these permissions; those that the class does not have are left out.</summary>
    public uint Mask(params IEnumerable<string> permissions)
    {
        ArgumentNullException.ThrowIfNull(permissions);
        return permissions.Select(name => Permissions.IndexOf(name)).Where(bit => bit >= 0).Aggregate(0u, (mask, bit) => mask | (1u << bit));
    }

    /// <summary>The names in an access vector, sorted.</summary>
    public ImmutableArray<string> Names(uint vector) =>
        [.. Permissions.Where((name, bit) => name is not null && (vector >> bit & 1) != 0).Select(name => name!).Order(StringComparer.Ordinal)];
}

/// <summary>A type, or an attribute: a name for many types.</summary>
/// <param name="Value">Its number in rules.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsAttribute">Whether it is an attribute.</param>
/// <param name="BoundedBy">The number of the type that its permissions are bounded by; 0 for none.</param>
public sealed record FlaskType(int Value, string Name, bool IsAttribute, int BoundedBy);

/// <summary>A role.</summary>
/// <param name="Value">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Dominates">The numbers, less one, of the roles that it dominates.</param>
/// <param name="Types">The numbers, less one, of the types that it may be with.</param>
public sealed record FlaskRole(int Value, string Name, FlaskBitmap Dominates, FlaskBitmap Types);

/// <summary>A user.</summary>
/// <param name="Value">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Roles">The numbers, less one, of the roles that it may have.</param>
public sealed record FlaskUser(int Value, string Name, FlaskBitmap Roles);

/// <summary>A boolean, by which rules are switched while the system runs.</summary>
/// <param name="Value">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Default">Its value when the policy is loaded.</param>
public sealed record FlaskBoolean(int Value, string Name, bool Default);
