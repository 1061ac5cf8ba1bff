using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Flask;

/// <summary>A condition on two contexts that permissions of a class need beside an allow rule (constrain, mlsconstrain).</summary>
/// <param name="Permissions">The access vector that it is about; of no meaning where it is about relabelling.</param>
/// <param name="Expression">The condition in postfix order; checked to leave exactly one value.</param>
public sealed record FlaskConstraint(uint Permissions, ImmutableArray<ConstraintTerm> Expression)
{
    /// <summary>Whether levels or categories are compared.</summary>
    public bool IsMls => Expression.Any(term => (term.Subject & ConstraintSubject.AnyLevel) != 0);
}

/// <summary>One term of a constraint.</summary>
/// <param name="Kind">Operator or operand.</param>
/// <param name="Subject">What an operand compares.</param>
/// <param name="Relation">How.</param>
/// <param name="Names">The numbers, less one, that a list of names stands for; empty otherwise.</param>
public sealed record ConstraintTerm(ConstraintTermKind Kind, ConstraintSubject Subject, ConstraintRelation Relation, FlaskBitmap Names);

/// <summary>CEXPR_*: what a term is.</summary>
public enum ConstraintTermKind
{
    /// <summary>Negates the value before it.</summary>
    Not = 1,

    /// <summary>Both of the two values before it.</summary>
    And = 2,

    /// <summary>Either of the two values before it.</summary>
    Or = 3,

    /// <summary>Compares source with target.</summary>
    Compare = 4,

    /// <summary>Compares one of them with a list of names.</summary>
    Names = 5,
}

/// <summary>CEXPR_*: what is compared.</summary>
[Flags]
public enum ConstraintSubject
{
    /// <summary>Nothing: an operator.</summary>
    None = 0,

    /// <summary>Users.</summary>
    User = 1,

    /// <summary>Roles.</summary>
    Role = 2,

    /// <summary>Types.</summary>
    Type = 4,

    /// <summary>The target's, where a list of names is compared; the source's otherwise.</summary>
    Target = 8,

    /// <summary>The relabelling process's (validatetrans only).</summary>
    Third = 16,

    /// <summary>Low level with low level.</summary>
    Low1Low2 = 32,

    /// <summary>Low level of the source with high level of the target.</summary>
    Low1High2 = 64,

    /// <summary>High level of the source with low level of the target.</summary>
    High1Low2 = 128,

    /// <summary>High level with high level.</summary>
    High1High2 = 256,

    /// <summary>Low and high level of the source.</summary>
    Low1High1 = 512,

    /// <summary>Low and high level of the target.</summary>
    Low2High2 = 1024,

    /// <summary>Any comparison of levels.</summary>
    AnyLevel = Low1Low2 | Low1High2 | High1Low2 | High1High2 | Low1High1 | Low2High2,
}

/// <summary>CEXPR_*: how two are compared.</summary>
public enum ConstraintRelation
{
    /// <summary>No comparison.</summary>
    None = 0,

    /// <summary>Equal, or in the list.</summary>
    Equal = 1,

    /// <summary>Not equal, or not in the list.</summary>
    NotEqual = 2,

    /// <summary>The first dominates the second.</summary>
    Dominates = 3,

    /// <summary>The second dominates the first.</summary>
    DominatedBy = 4,

    /// <summary>Neither dominates the other.</summary>
    Incomparable = 5,
}
