using Shype.Attest.Yaml;

namespace Shype.Attest.Appraisal.Demands;

/// <summary>A value of a YAML file, by its line and column.</summary>
public sealed class YamlDemandValue(YamlNode node) : IDemandValue
{
    /// <inheritdoc/>
    public string Text() => node.AsText(DemandGrammar.MaxText);

    /// <inheritdoc/>
    public bool Flag() => node.AsBool();

    /// <inheritdoc/>
    public IReadOnlyList<IDemandValue> List() => [.. node.AsList(YamlLimits.MaxNodes).Select(item => new YamlDemandValue(item))];

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IDemandValue> Members() => node.AsMembers().ToDictionary(
        member => member.Key, IDemandValue (member) => new YamlDemandValue(member.Value), StringComparer.Ordinal);

    /// <inheritdoc/>
    public Exception Refuse(string problem) => node.Refuse(problem);
}
