using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Flask;

/// <summary>What a label names under a policy: a type, or a full context "user:role:type".</summary>
/// <param name="Text">The label.</param>
/// <param name="Type">Its type.</param>
/// <param name="Context">Its context; null where it is a type alone.</param>
internal sealed record FlaskLabel(string Text, FlaskType Type, FlaskContext? Context)
{
    /// <summary>Whether a VM with the other label is meant by this one.</summary>
    public bool Covers(FlaskLabel vm) => Type == vm.Type && (Context is null || Context == vm.Context);
}

/// <summary>Reads labels, and says which contexts a policy admits.</summary>
internal static class FlaskLabels
{
    public static FlaskLabel? Find(FlaskPolicy policy, string text) =>
        policy.TryFindType(text, out var type) && !type.IsAttribute ? new(text, type, null)
        : policy.TryFindContext(text, out var context) ? new(text, policy.Types.First(found => found.Value == context.Type), context)
        : null;

    /// <summary>Every context of the policy with one of these types: user and role as the policy lets them go together. Null where there are too many.</summary>
    public static ImmutableArray<FlaskContext>? ContextsOf(FlaskPolicy policy, IReadOnlySet<int> types)
    {
        var found = ImmutableArray.CreateBuilder<FlaskContext>();
        var steps = 0;
        foreach (var user in policy.Users)
        {
            foreach (var role in policy.Roles.Where(role => user.Roles.Contains(role.Value - 1)))
            {
                foreach (var number in role.Types.Numbers())
                {
                    if (++steps > FlaskLimits.MaxFlowSteps || found.Count > FlaskLimits.MaxContexts)
                    {
                        return null;
                    }

                    if (types.Contains(number + 1))
                    {
                        found.Add(new(user.Value, role.Value, number + 1, FlaskLevel.None, FlaskLevel.None));
                    }
                }
            }
        }

        return found.ToImmutable();
    }
}
