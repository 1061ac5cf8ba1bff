using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Flask;

// avtab: the rules, each a key of source, target, class and kind with its data; and the conditional lists, which hold the same.
internal static class RuleReader
{
    private const int RuleBytes = 12;
    private const int ConditionalBytes = 16;
    private const int ConditionTermBytes = 8;
    private const int ExtendedVectorBytes = 32;

    // AVTAB_ENABLED: set in memory, at times written out.
    private const ushort Enabled = 0x8000;

    public static ImmutableArray<FlaskRule> Read(ref FlaskReader reader, PolicySymbols symbols, uint version)
    {
        var count = reader.Count("avtab", RuleBytes);
        var rules = ImmutableArray.CreateBuilder<FlaskRule>(count);
        for (var i = 0; i < count; i++)
        {
            rules.Add(Rule(ref reader, symbols, version));
        }

        return rules.MoveToImmutable();
    }

    public static ImmutableArray<FlaskConditional> ReadConditionals(ref FlaskReader reader, PolicySymbols symbols, uint version)
    {
        var count = reader.Count("conditionals", ConditionalBytes);
        var conditionals = ImmutableArray.CreateBuilder<FlaskConditional>(count);
        for (var i = 0; i < count; i++)
        {
            // Whether the condition held where the policy was written: a cache of what the booleans say, which is what counts.
            reader.U32("conditional.state");
            var expression = Condition(ref reader, symbols);
            var whenTrue = Read(ref reader, symbols, version);
            conditionals.Add(new(expression, whenTrue, Read(ref reader, symbols, version)));
        }

        return conditionals.MoveToImmutable();
    }

    private static FlaskRule Rule(ref FlaskReader reader, PolicySymbols symbols, uint version)
    {
        var source = symbols.Types.Require16(ref reader, "avtab.source");
        var target = symbols.Types.Require16(ref reader, "avtab.target");
        var @class = symbols.Classes.Require16(ref reader, "avtab.class");
        var kind = (FlaskRuleKind)(reader.U16("avtab.kind") & ~Enabled);
        switch (kind)
        {
            case FlaskRuleKind.Allow or FlaskRuleKind.AuditAllow or FlaskRuleKind.DontAudit:
                return new(kind, source, target, @class, reader.U32("avtab.data"));

            case FlaskRuleKind.TypeTransition or FlaskRuleKind.TypeMember or FlaskRuleKind.TypeChange:
                return new(kind, source, target, @class, (uint)symbols.Types.Require(ref reader, "avtab.data"));

            case FlaskRuleKind.AllowExtended or FlaskRuleKind.AuditAllowExtended or FlaskRuleKind.DontAuditExtended when version >= PolicyVersions.ExtendedPermissions:
                reader.U8("avtab.xperms.kind");
                reader.U8("avtab.xperms.driver");
                reader.Skip(ExtendedVectorBytes, "avtab.xperms");
                return new(kind, source, target, @class, 0);

            default:
                reader.Refuse("avtab.kind", $"no kind of rule is 0x{(int)kind:x4} in version {version}");
                return default;
        }
    }

    private static ImmutableArray<ConditionTerm> Condition(ref FlaskReader reader, PolicySymbols symbols)
    {
        var count = reader.Count("conditional.expression", ConditionTermBytes);
        var terms = ImmutableArray.CreateBuilder<ConditionTerm>(count);
        var waiting = 0;
        for (var i = 0; i < count; i++)
        {
            var kind = (ConditionTermKind)reader.U32("conditional.kind");
            waiting = kind switch
            {
                ConditionTermKind.Boolean when waiting < FlaskLimits.MaxConditionDepth => waiting + 1,
                ConditionTermKind.Not when waiting >= 1 => waiting,
                >= ConditionTermKind.Or and <= ConditionTermKind.NotEqual when waiting >= 2 => waiting - 1,
                _ => -1,
            };
            if (waiting < 0)
            {
                reader.Refuse("conditional.expression", $"term {i + 1} is no operator, or has too few or too many values before it");
            }

            if (kind == ConditionTermKind.Boolean)
            {
                terms.Add(new(kind, symbols.Booleans.Require(ref reader, "conditional.bool")));
                continue;
            }

            reader.U32("conditional.bool");
            terms.Add(new(kind, 0));
        }

        if (waiting != 1)
        {
            reader.Refuse("conditional.expression", $"it leaves {waiting} values instead of one");
        }

        return terms.MoveToImmutable();
    }
}
