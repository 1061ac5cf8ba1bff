using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Flask;

// constraint_node and constraint_expr: postfix, so that one pass with a counter tells a whole expression from a broken one.
internal static class ConstraintReader
{
    public const int LeastBytes = 8;

    private const int TermBytes = 12;
    private static readonly FlaskBitmap NoNames = new([]);

    public static ImmutableArray<FlaskConstraint> Read(ref FlaskReader reader, int count, bool relabelling, uint version)
    {
        var constraints = ImmutableArray.CreateBuilder<FlaskConstraint>(count);
        for (var i = 0; i < count; i++)
        {
            var permissions = reader.U32("constraint.permissions");
            constraints.Add(new(permissions, Expression(ref reader, relabelling, version)));
        }

        return constraints.MoveToImmutable();
    }

    private static ImmutableArray<ConstraintTerm> Expression(ref FlaskReader reader, bool relabelling, uint version)
    {
        var count = reader.Count("constraint.expression", TermBytes);
        var terms = ImmutableArray.CreateBuilder<ConstraintTerm>(count);
        var waiting = 0;
        for (var i = 0; i < count; i++)
        {
            var term = Term(ref reader, relabelling, version);
            waiting = term.Kind switch
            {
                ConstraintTermKind.Not when waiting >= 1 => waiting,
                ConstraintTermKind.And or ConstraintTermKind.Or when waiting >= 2 => waiting - 1,
                ConstraintTermKind.Compare or ConstraintTermKind.Names when waiting < FlaskLimits.MaxConstraintDepth => waiting + 1,
                _ => -1,
            };
            if (waiting < 0)
            {
                reader.Refuse("constraint.expression", $"term {i + 1} has too few or too many values before it");
            }

            terms.Add(term);
        }

        if (waiting != 1)
        {
            reader.Refuse("constraint.expression", $"it leaves {waiting} values instead of one");
        }

        return terms.MoveToImmutable();
    }

    private static ConstraintTerm Term(ref FlaskReader reader, bool relabelling, uint version)
    {
        var kind = (ConstraintTermKind)reader.U32("constraint.kind");
        var subject = (ConstraintSubject)reader.U32("constraint.attribute");
        var relation = (ConstraintRelation)reader.U32("constraint.operator");
        if (!IsSound(kind, subject, relation, relabelling))
        {
            reader.Refuse("constraint.expression", $"a term of kind {(uint)kind} that compares {(uint)subject} by {(uint)relation}");
        }

        if (kind != ConstraintTermKind.Names)
        {
            return new(kind, subject, relation, NoNames);
        }

        var names = reader.Bitmap("constraint.names");
        if (version >= PolicyVersions.ConstraintNames)
        {
            // The same list as it was written, with attributes and exceptions; the one above is what counts.
            reader.Bitmap("constraint.types");
            reader.Bitmap("constraint.exceptions");
            reader.U32("constraint.flags");
        }

        return new(kind, subject, relation, names);
    }

    private static bool IsSound(ConstraintTermKind kind, ConstraintSubject subject, ConstraintRelation relation, bool relabelling) => kind switch
    {
        ConstraintTermKind.Not or ConstraintTermKind.And or ConstraintTermKind.Or => true,
        ConstraintTermKind.Compare => subject switch
        {
            ConstraintSubject.User or ConstraintSubject.Type => relation is ConstraintRelation.Equal or ConstraintRelation.NotEqual,
            ConstraintSubject.Role or ConstraintSubject.Low1Low2 or ConstraintSubject.Low1High2 or ConstraintSubject.High1Low2 or ConstraintSubject.High1High2
                or ConstraintSubject.Low1High1 or ConstraintSubject.Low2High2 => relation is >= ConstraintRelation.Equal and <= ConstraintRelation.Incomparable,
            _ => false,
        },
        ConstraintTermKind.Names => relation is ConstraintRelation.Equal or ConstraintRelation.NotEqual
            && (subject & ~(ConstraintSubject.Target | ConstraintSubject.Third)) is ConstraintSubject.User or ConstraintSubject.Role or ConstraintSubject.Type
            && (relabelling || !subject.HasFlag(ConstraintSubject.Third)),
        _ => false,
    };
}
