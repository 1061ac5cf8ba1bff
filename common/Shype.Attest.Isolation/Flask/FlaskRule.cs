using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Flask;

/// <summary>AVTAB_*: what a rule does.</summary>
public enum FlaskRuleKind
{
    /// <summary>allow.</summary>
    Allow = 0x1,

    /// <summary>auditallow.</summary>
    AuditAllow = 0x2,

    /// <summary>dontaudit; the permissions are those that are still audited.</summary>
    DontAudit = 0x4,

    /// <summary>type_transition without a file name.</summary>
    TypeTransition = 0x10,

    /// <summary>type_member.</summary>
    TypeMember = 0x20,

    /// <summary>type_change.</summary>
    TypeChange = 0x40,

    /// <summary>allowxperm.</summary>
    AllowExtended = 0x100,

    /// <summary>auditallowxperm.</summary>
    AuditAllowExtended = 0x200,

    /// <summary>dontauditxperm.</summary>
    DontAuditExtended = 0x400,
}

/// <summary>A rule as the policy holds it: attributes are not expanded.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Source">The number of the source type or attribute.</param>
/// <param name="Target">The number of the target type or attribute.</param>
/// <param name="Class">The class's number.</param>
/// <param name="Data">The access vector; or the type's number of a transition, member or change; 0 for extended permissions.</param>
public readonly record struct FlaskRule(FlaskRuleKind Kind, ushort Source, ushort Target, ushort Class, uint Data)
{
    /// <summary>Whether the data is an access vector.</summary>
    public bool HasPermissions => Kind is FlaskRuleKind.Allow or FlaskRuleKind.AuditAllow or FlaskRuleKind.DontAudit;
}

/// <summary>Rules under a condition on booleans.</summary>
/// <param name="Expression">The condition in postfix order; checked to leave exactly one value.</param>
/// <param name="WhenTrue">Rules in force while it holds.</param>
/// <param name="WhenFalse">Rules in force while it does not.</param>
public sealed record FlaskConditional(ImmutableArray<ConditionTerm> Expression, ImmutableArray<FlaskRule> WhenTrue, ImmutableArray<FlaskRule> WhenFalse)
{
    /// <summary>The rules in force for these values.</summary>
    public ImmutableArray<FlaskRule> InForce(BooleanValues values) => Evaluate(Expression, boolean => values[boolean]) ? WhenTrue : WhenFalse;

    /// <summary>The value of a condition in postfix order, for what its booleans are.</summary>
    public static bool Evaluate(IReadOnlyList<ConditionTerm> expression, Func<int, bool> valueOf)
    {
        ArgumentNullException.ThrowIfNull(expression);
        ArgumentNullException.ThrowIfNull(valueOf);
        var waiting = new Stack<bool>(FlaskLimits.MaxConditionDepth);
        foreach (var term in expression)
        {
            waiting.Push(term.Kind switch
            {
                ConditionTermKind.Boolean => valueOf(term.Boolean),
                ConditionTermKind.Not => !waiting.Pop(),
                ConditionTermKind.Or => waiting.Pop() | waiting.Pop(),
                ConditionTermKind.And => waiting.Pop() & waiting.Pop(),
                ConditionTermKind.Equal => waiting.Pop() == waiting.Pop(),
                _ => waiting.Pop() != waiting.Pop(),
            });
        }

        return waiting.Pop();
    }
}

/// <summary>One term of a condition.</summary>
/// <param name="Kind">Operator or operand.</param>
/// <param name="Boolean">The boolean's number, for an operand.</param>
public readonly record struct ConditionTerm(ConditionTermKind Kind, int Boolean);

/// <summary>COND_*: what a term of a condition is.</summary>
public enum ConditionTermKind
{
    /// <summary>The value of a boolean.</summary>
    Boolean = 1,

    /// <summary>not.</summary>
    Not = 2,

    /// <summary>or.</summary>
    Or = 3,

    /// <summary>and.</summary>
    And = 4,

    /// <summary>Exactly one of two.</summary>
    Xor = 5,

    /// <summary>Both or neither.</summary>
    Equal = 6,

    /// <summary>Exactly one of two, written as not equal.</summary>
    NotEqual = 7,
}
