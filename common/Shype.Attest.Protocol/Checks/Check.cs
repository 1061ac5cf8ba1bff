using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol.Checks;

/// <summary>One thing that a doctor looked at.</summary>
public sealed record Check
{
    /// <summary>What was looked at, kebab-case; people script against it.</summary>
    public required string Name { get; init; }

    /// <summary>How it is.</summary>
    public required CheckState State { get; init; }

    /// <summary>What was found.</summary>
    public required string Text { get; init; }

    /// <summary>What to do about it; null where all is well.</summary>
    public string? Advice { get; init; }

    /// <summary>As it must be.</summary>
    public static Check Ok(string name, string text) => new() { Name = name, State = CheckState.Ok, Text = text };

    /// <summary>It works, and will not always, or not for everything.</summary>
    public static Check Warning(string name, string text, string advice) => new() { Name = name, State = CheckState.Warning, Text = text, Advice = advice };

    /// <summary>It does not work.</summary>
    public static Check Wrong(string name, string text, string advice) => new() { Name = name, State = CheckState.Wrong, Text = text, Advice = advice };
}

/// <summary>How a thing is that a doctor looked at, the worst last.</summary>
public enum CheckState
{
    /// <summary>As it must be.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>It works, and will not always, or not for everything.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>It does not work.</summary>
    [JsonStringEnumMemberName("wrong")]
    Wrong,
}

/// <summary>What a doctor says.</summary>
public sealed record CheckReport
{
    /// <summary>Whether nothing is wrong; warnings are allowed.</summary>
    public required bool Healthy { get; init; }

    /// <summary>What was looked at: what is wrong first, then warnings, each in the order of looking.</summary>
    public required IReadOnlyList<Check> Checks { get; init; }

    /// <summary>The report of these checks.</summary>
    public static CheckReport Of(IEnumerable<Check> checks)
    {
        Check[] sorted = [.. checks.OrderByDescending(check => check.State)];
        return new CheckReport { Healthy = sorted.All(check => check.State != CheckState.Wrong), Checks = sorted };
    }

    /// <summary>How many of each.</summary>
    public string Count() => $"{Number(CheckState.Wrong)} wrong, {Number(CheckState.Warning)} warning{(Number(CheckState.Warning) == 1 ? "" : "s")}, {Number(CheckState.Ok)} ok";

    private int Number(CheckState state) => Checks.Count(check => check.State == state);
}

/// <summary>The JSON of a doctor.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(CheckReport))]
public sealed partial class CheckJson : JsonSerializerContext;
