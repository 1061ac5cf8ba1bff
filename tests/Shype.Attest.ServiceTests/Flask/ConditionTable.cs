using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Shype.Attest.Isolation.Flask;

namespace Shype.Attest.ServiceTests.Flask;

/// <summary>A condition as the names in it and its value for each assignment: equal for all ways to write it.</summary>
internal static partial class ConditionTable
{
    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);

    // As setools binds: not, equal, and, xor, or.
    private static readonly string[][] Levels = [["||"], ["^"], ["&&"], ["==", "!="]];

    public static string Of(string infix) => Known.GetOrAdd(infix, static text =>
    {
        var tokens = Token().Matches(text).Select(match => match.Value).ToList();
        var names = tokens.Where(token => char.IsLetter(token[0])).Distinct().Order(StringComparer.Ordinal).ToList();
        return Table(names, assignment =>
        {
            var position = 0;
            return Infix(tokens, ref position, 0, assignment);
        });
    });

    public static string Of(FlaskPolicy policy, IReadOnlyList<ConditionTerm> postfix)
    {
        string Name(int value) => policy.Booleans.Single(boolean => boolean.Value == value).Name;
        var names = postfix.Where(term => term.Kind == ConditionTermKind.Boolean).Select(term => Name(term.Boolean)).Distinct().Order(StringComparer.Ordinal).ToList();
        return Table(names, assignment => FlaskConditional.Evaluate(postfix, value => assignment[Name(value)]));
    }

    private static string Table(List<string> names, Func<Dictionary<string, bool>, bool> value)
    {
        var column = Enumerable.Range(0, 1 << names.Count).Select(row =>
            value(names.Index().ToDictionary(name => name.Item, name => (row >> name.Index & 1) != 0)) ? '1' : '0');
        return $"{string.Join(',', names)}={string.Concat(column)}";
    }

    private static bool Infix(List<string> tokens, ref int position, int level, Dictionary<string, bool> assignment)
    {
        if (level == Levels.Length)
        {
            return Operand(tokens, ref position, assignment);
        }

        var left = Infix(tokens, ref position, level + 1, assignment);
        while (position < tokens.Count && Levels[level].Contains(tokens[position]))
        {
            var operation = tokens[position++];
            var right = Infix(tokens, ref position, level + 1, assignment);
            left = operation switch { "||" => left | right, "^" => left ^ right, "&&" => left & right, "==" => left == right, _ => left != right };
        }

        return left;
    }

    private static bool Operand(List<string> tokens, ref int position, Dictionary<string, bool> assignment)
    {
        var token = tokens[position++];
        if (token == "!")
        {
            return !Operand(tokens, ref position, assignment);
        }

        if (token != "(")
        {
            return assignment[token];
        }

        var value = Infix(tokens, ref position, 0, assignment);
        position++;
        return value;
    }

    [GeneratedRegex(@"\w+|\|\||&&|==|!=|[!^()]")]
    private static partial Regex Token();
}
