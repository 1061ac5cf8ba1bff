namespace Shype.Attest.Isolation.Flask;

/// <summary>Whether a constraint holds for two contexts, as the kernel evaluates it (constraint_expr_eval).</summary>
public static class ConstraintEvaluation
{
    /// <summary>The permissions of the vector that the class's constraints leave, between these contexts.</summary>
    public static uint Constrain(this FlaskPolicy policy, FlaskClass found, uint vector, FlaskContext source, FlaskContext target)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(found);
        foreach (var constraint in found.Constraints)
        {
            if ((constraint.Permissions & vector) != 0 && !Holds(policy, constraint, source, target))
            {
                vector &= ~constraint.Permissions;
            }
        }

        return vector;
    }

    /// <summary>Whether the constraint holds between these contexts.</summary>
    public static bool Holds(FlaskPolicy policy, FlaskConstraint constraint, FlaskContext source, FlaskContext target)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(constraint);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        var waiting = new Stack<bool>(FlaskLimits.MaxConstraintDepth);
        foreach (var term in constraint.Expression)
        {
            waiting.Push(term.Kind switch
            {
                ConstraintTermKind.Not => !waiting.Pop(),
                ConstraintTermKind.And => waiting.Pop() & waiting.Pop(),
                ConstraintTermKind.Or => waiting.Pop() | waiting.Pop(),
                ConstraintTermKind.Compare => Compare(policy, term, source, target),
                _ => IsNamed(term, term.Subject.HasFlag(ConstraintSubject.Target) ? target : source),
            });
        }

        return waiting.Pop();
    }

    private static bool Compare(FlaskPolicy policy, ConstraintTerm term, FlaskContext source, FlaskContext target) => term.Subject switch
    {
        ConstraintSubject.User => source.User == target.User == (term.Relation == ConstraintRelation.Equal),
        ConstraintSubject.Type => source.Type == target.Type == (term.Relation == ConstraintRelation.Equal),
        ConstraintSubject.Role => Relate(term.Relation, source.Role == target.Role, policy.RoleDominates(source.Role, target.Role), policy.RoleDominates(target.Role, source.Role)),
        ConstraintSubject.Low1Low2 => Levels(term.Relation, source.Low, target.Low),
        ConstraintSubject.Low1High2 => Levels(term.Relation, source.Low, target.High),
        ConstraintSubject.High1Low2 => Levels(term.Relation, source.High, target.Low),
        ConstraintSubject.High1High2 => Levels(term.Relation, source.High, target.High),
        ConstraintSubject.Low1High1 => Levels(term.Relation, source.Low, source.High),
        _ => Levels(term.Relation, target.Low, target.High),
    };

    private static bool Levels(ConstraintRelation relation, FlaskLevel one, FlaskLevel other)
    {
        var (over, under) = (one.Dominates(other), other.Dominates(one));
        return Relate(relation, over && under, over, under);
    }

    private static bool Relate(ConstraintRelation relation, bool equal, bool over, bool under) => relation switch
    {
        ConstraintRelation.Equal => equal,
        ConstraintRelation.NotEqual => !equal,
        ConstraintRelation.Dominates => over,
        ConstraintRelation.DominatedBy => under,
        _ => !over && !under,
    };

    private static bool IsNamed(ConstraintTerm term, FlaskContext context)
    {
        var value = (term.Subject & (ConstraintSubject.User | ConstraintSubject.Role | ConstraintSubject.Type)) switch
        {
            ConstraintSubject.User => context.User,
            ConstraintSubject.Role => context.Role,
            _ => context.Type,
        };
        return term.Names.Contains(value - 1) == (term.Relation == ConstraintRelation.Equal);
    }
}
