using System.Text.RegularExpressions;
using Shype.Attest.Isolation.Flask;

namespace Shype.Attest.ServiceTests.Flask;

/// <summary>Rules as sesearch prints them, from its output and from a policy of ours, in one form: sorted permissions, conditions by their truth table.</summary>
internal static partial class SesearchText
{
    public static string Normalise(string line)
    {
        var match = Line().Match(line);
        var permissions = match.Groups["set"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
        var condition = match.Groups["condition"] is { Success: true, Value: var text } ? $" if {ConditionTable.Of(text)} is {match.Groups["branch"].Value}" : "";
        return $"{match.Groups["head"].Value.TrimEnd()} {{{string.Join(' ', permissions)}}}{condition}";
    }

    public static IEnumerable<string> Of(FlaskPolicy policy)
    {
        foreach (var rule in policy.Rules)
        {
            if (rule.Kind < FlaskRuleKind.AllowExtended)
            {
                yield return Text(policy, rule);
            }
        }

        foreach (var conditional in policy.Conditionals)
        {
            var table = ConditionTable.Of(policy, conditional.Expression);
            foreach (var rule in conditional.WhenTrue)
            {
                yield return $"{Text(policy, rule)} if {table} is True";
            }

            foreach (var rule in conditional.WhenFalse)
            {
                yield return $"{Text(policy, rule)} if {table} is False";
            }
        }
    }

    private static string Text(FlaskPolicy policy, FlaskRule rule)
    {
        var found = policy.ClassOf(rule);
        var vector = rule.Kind == FlaskRuleKind.DontAudit ? ~rule.Data : rule.Data;
        var result = rule.HasPermissions ? string.Join(' ', found.Names(vector)) : policy.TypeName((int)rule.Data);
        return $"{Keyword(rule.Kind)} {policy.TypeName(rule.Source)} {policy.TypeName(rule.Target)}:{found.Name} {{{result}}}";
    }

    private static string Keyword(FlaskRuleKind kind) => kind switch
    {
        FlaskRuleKind.Allow => "allow",
        FlaskRuleKind.AuditAllow => "auditallow",
        FlaskRuleKind.DontAudit => "dontaudit",
        FlaskRuleKind.TypeTransition => "type_transition",
        FlaskRuleKind.TypeMember => "type_member",
        FlaskRuleKind.TypeChange => "type_change",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    [GeneratedRegex(@"^(?<head>\w+ \S+ [^:]+:\S+ )\{?(?<set>[^;}]*)\}?;(?: \[(?<condition>.*)\]:(?<branch>True|False))?$")]
    private static partial Regex Line();
}
