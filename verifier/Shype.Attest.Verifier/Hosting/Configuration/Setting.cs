using System.Globalization;
using System.Reflection;
using Shype.Attest.Verifier.Access;

namespace Shype.Attest.Verifier.Hosting.Configuration;

/// <summary>One setting: a property of <see cref="VerifierOptions"/> with its form, its range and its default.</summary>
internal sealed class Setting
{
    private static readonly VerifierOptions Defaults = new();
    private readonly PropertyInfo _property;

    private Setting(PropertyInfo property)
    {
        _property = property;
        Range = Defaults.Ranges.FirstOrDefault(range => range.Name == property.Name) is { Name: not null } found ? (found.Least, found.Most) : null;
    }

    /// <summary>All settings, by name.</summary>
    public static IReadOnlyList<Setting> All { get; } =
        [.. typeof(VerifierOptions).GetProperties().Where(property => property.CanWrite).Select(property => new Setting(property)).OrderBy(setting => setting.Name, StringComparer.Ordinal)];

    /// <summary>Its name.</summary>
    public string Name => _property.Name;

    /// <summary>Its key in the configuration.</summary>
    public string Key => $"{VerifierOptions.Section}:{Name}";

    /// <summary>Its option on the command line: <c>--result-lifetime</c>.</summary>
    public string Flag => "--" + string.Concat(Name.Select((letter, at) => char.IsUpper(letter) && at > 0 ? "-" + char.ToLowerInvariant(letter) : char.ToLowerInvariant(letter).ToString()));

    /// <summary>The kind of its value.</summary>
    public Type Type => _property.PropertyType;

    /// <summary>Whether it is a section with keys of its own, which no option of the command line sets.</summary>
    public bool IsSection => Type == typeof(OidcOptions);

    /// <summary>The keys of a section.</summary>
    public IReadOnlyList<string> Keys =>
        IsSection ? [.. Type.GetProperties().Where(property => property.CanWrite).Select(property => property.Name).Order(StringComparer.Ordinal)] : [];

    /// <summary>Whether a value is never repeated, because a secret could stand in it by mistake.</summary>
    public bool IsSecret => _property.GetCustomAttribute<NotRepeatedAttribute>() is not null;

    /// <summary>The words that it may be; null where they are not counted.</summary>
    public IReadOnlyList<string>? Choices => _property.GetCustomAttribute<ChoiceAttribute>()?.Words;

    /// <summary>The least and the most that it may be, as text.</summary>
    public (string Least, string Most)? Range { get; }

    /// <summary>Its value where nobody sets it.</summary>
    public object? Default => _property.GetValue(Defaults);

    /// <summary>Its value in a set of options.</summary>
    public object? Of(VerifierOptions options) => _property.GetValue(options);

    /// <summary>Sets it in options that nobody has seen yet.</summary>
    public void Put(VerifierOptions options, object? value) => _property.SetValue(options, value);

    /// <summary>Whether a value is the default.</summary>
    public bool IsDefault(object? value) => Text(value) == Text(Default);

    /// <summary>A value as it is written in files.</summary>
    public static string Text(object? value) => value switch
    {
        null => "",
        bool yes => yes ? "true" : "false",
        IEnumerable<string> list => string.Join(",", list),
        OidcOptions issuer => $"{issuer.ExpectedIssuer} for {issuer.Audience}",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>Reads a value, or says which form it must have.</summary>
    public bool TryRead(IConfigurationSection section, out object? value, out string? problem)
    {
        var text = section.Value;
        var isList = Type == typeof(string[]);
        (value, problem) = (null, null);
        if (IsSection)
        {
            value = section.GetChildren().Any() ? section.Get(Type) : null;
        }
        else if (!isList && section.GetChildren().Any())
        {
            problem = $"is a list or an object; {Form} is needed";
        }
        else if (isList)
        {
            value = section.GetChildren().Any() ? section.GetChildren().Select(item => item.Value ?? "").ToArray()
                : (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        else if (text is null)
        {
            value = Default;
        }
        else if (!TryRead(text, out value))
        {
            problem = $"{(IsSecret ? "this" : $"'{text}'")} is not {Form}";
        }

        return problem is null;
    }

    private bool TryRead(string text, out object? value)
    {
        value = Type switch
        {
            var type when type == typeof(bool) => bool.TryParse(text, out var yes) ? yes : null,
            var type when type == typeof(int) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
            // "5" would be five days, which nobody means.
            var type when type == typeof(TimeSpan) => text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : null,
            _ => Choices?.Contains(text, StringComparer.Ordinal) == false ? null : text,
        };
        return value is not null;
    }

    private string Form => Type switch
    {
        var type when type == typeof(bool) => "true or false",
        var type when type == typeof(int) => $"a whole number{Between}",
        var type when type == typeof(TimeSpan) => $"a duration, [DAYS.]HOURS:MINUTES:SECONDS like 00:05:00{Between}",
        _ => Choices is { } words ? "one of " + string.Join(", ", words) : "one text",
    };

    private string Between => Range is { } range ? $" from {range.Least} to {range.Most}" : "";
}

/// <summary>A setting that is one of these words.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ChoiceAttribute(params string[] words) : Attribute
{
    /// <summary>The words.</summary>
    public IReadOnlyList<string> Words => words;
}

/// <summary>A setting whose value no message repeats: a password could stand in it by mistake.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NotRepeatedAttribute : Attribute;
