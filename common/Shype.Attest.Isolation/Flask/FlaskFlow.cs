using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Flask;

/// <summary>Why information can go from one to another: what the policy allows, attributes expanded.</summary>
/// <param name="Source">The type that is allowed.</param>
/// <param name="Target">The type that it is allowed to.</param>
/// <param name="Class">The class.</param>
/// <param name="Permissions">The permissions that move information this way, sorted.</param>
public sealed record FlaskReason(string Source, string Target, string Class, ImmutableArray<string> Permissions)
{
    /// <summary>"allow red_t driver_t:grant { copy map_write }".</summary>
    public override string ToString() => $"allow {Source} {Target}:{Class} {{ {string.Join(' ', Permissions)} }}";
}

/// <summary>Information can go from one to another in one step.</summary>
/// <param name="From">Where it comes from: a type's name, or the context that was given for it.</param>
/// <param name="To">Where it goes to.</param>
/// <param name="Reasons">Why, in the order of the policy's names.</param>
public sealed record FlaskFlow(string From, string To, ImmutableArray<FlaskReason> Reasons)
{
    /// <summary>"'red_t' to 'driver_t' by allow ...".</summary>
    public string Sentence => $"{Quote.Name(From)} to {Quote.Name(To)} by {Reasons[0]}";

    /// <summary>"red_t to driver_t by allow ...".</summary>
    public override string ToString() => $"{From} to {To} by {Reasons[0]}";
}
