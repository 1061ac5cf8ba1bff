using System.Collections;
using System.Reflection;
using System.Text.RegularExpressions;
using Shype.Attest.Appraisal;

namespace Shype.Attest.Testing.Attacks;

/// <summary>A row of the attack table as a test carries it out.</summary>
/// <param name="Id">The row's id, "Q01".</param>
/// <param name="Test">Class and method.</param>
/// <param name="Reason">The reason that is demanded; null where the method's own text demands it.</param>
public sealed record AttackTest(string Id, string Test, string? Reason);

/// <summary>
/// Finds the rows of the attack table in an assembly of tests: ids that method names begin with, and ids that rows of data begin with. Read from the
/// assembly itself, so that what is written down about it cannot be more than there is.
/// </summary>
public static partial class AttackRows
{
    /// <summary>All rows, in the order in which they are found.</summary>
    public static IEnumerable<AttackTest> In(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        foreach (var type in assembly.GetTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            foreach (var method in type.GetMethods().Where(IsTest))
            {
                var test = $"{type.FullName![(assembly.GetName().Name!.Length + 1)..]}.{method.Name}";
                foreach (var id in Ids(method.Name))
                {
                    yield return new AttackTest(id, test, null);
                }

                foreach (var row in Rows(type, method))
                {
                    foreach (var id in Ids(row.Name))
                    {
                        yield return new AttackTest(id, test, row.Reason);
                    }
                }
            }
        }
    }

    private static bool IsTest(MethodInfo method) => method.CustomAttributes.Any(attribute => attribute.AttributeType.Name is "FactAttribute" or "TheoryAttribute");

    private static IEnumerable<string> Ids(string name) => Prefix().Match(name) is { Success: true } prefix ? Id().Matches(prefix.Value).Select(id => id.Value) : [];

    private static IEnumerable<(string Name, string? Reason)> Rows(Type type, MethodInfo method) =>
        method.GetCustomAttributesData().SelectMany(attribute => attribute.AttributeType.Name switch
        {
            "InlineDataAttribute" => [Inline(attribute)],
            "MemberDataAttribute" => Member(type, (string)attribute.ConstructorArguments[0].Value!),
            _ => (IEnumerable<(string, string?)>)[],
        });

    private static (string Name, string? Reason) Inline(CustomAttributeData attribute)
    {
        var values = attribute.ConstructorArguments[0].Value is IEnumerable<CustomAttributeTypedArgument> list ? list.Select(value => value.Value).ToArray() : [];
        return values is [string id, .., string reason] ? (id + " ", reason) : ("", null);
    }

    private static IEnumerable<(string Name, string? Reason)> Member(Type type, string member)
    {
        const BindingFlags anyStatic = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        if (type.GetProperty(member, anyStatic)?.GetValue(null) is not IEnumerable data)
        {
            yield break;
        }

        // Rows that are shown to the runner by their names stand whole beside them.
        var named = type.GetProperty("All", anyStatic)?.GetValue(null) as IEnumerable<IAttackRow> ?? [];
        foreach (var row in data)
        {
            yield return Values(row) switch
            {
                [IAttackRow attack, ..] => (attack.Name, attack.Reason),
                [string name] => (name, named.FirstOrDefault(attack => attack.Name == name)?.Reason),
                [string name, FindingCode code, ..] => (name, FindingCatalogue.KindOf(code).Text),
                [string name, Enum code, ..] => (name, code.ToString()),
                [string name, .., string reason] => (name, reason),
                _ => ("", null),
            };
        }
    }

    private static object?[] Values(object row) => row as object?[]
        ?? (object?[]?)row.GetType().GetInterfaces().FirstOrDefault(type => type.Name == "ITheoryDataRow")?.GetMethod("GetData")?.Invoke(row, null)
        ?? [];

    [GeneratedRegex("^(?:[A-Z][0-9]{2}[ _])+")]
    private static partial Regex Prefix();

    [GeneratedRegex("[A-Z][0-9]{2}")]
    private static partial Regex Id();
}
