using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;
using Shype.Attest.Yaml;

namespace Shype.Attest.Cli.Files;

/// <summary>What somebody demands, from a file (docs/guarantees.md).</summary>
/// <param name="Mediators">Labels that are trusted to pass nothing on.</param>
/// <param name="Demands">The demands, in their order.</param>
public sealed record DemandFile(ImmutableHashSet<string> Mediators, ImmutableArray<Demand> Demands)
{
    /// <summary>Bytes of a file.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>Reads a file.</summary>
    /// <exception cref="CommandException">It is not understood; the message names line and column.</exception>
    public static DemandFile Read(string name, ReadOnlySpan<byte> utf8)
    {
        return StrictYaml.TryRead(name, utf8, Read, out var demands, out var problem) ? demands : throw CommandException.Unusable(problem.ToString());
    }

    private static DemandFile Read(YamlMap file)
    {
        file.Only("mediators", "guarantees");
        var demands = (file.Find("guarantees") ?? throw file.Refuse("'guarantees' is missing: a list of demands")).AsList(MaxDemands);
        return demands.Count is > 0 and <= MaxDemands
            ? new(file.Find("mediators") is { } mediators ? [.. Labels(mediators)] : [], [.. demands.Select(Demand)])
            : throw file.Refuse($"'guarantees' must hold 1 to {MaxDemands} demands");
    }

    private static Demand Demand(YamlNode item)
    {
        var (kind, value) = item is YamlMap map ? map.Sole("never-together: [a, b]") : throw item.Refuse("one demand is needed, as 'never-together: [a, b]'");
        return kind switch
        {
            "never-together" => Labels(value) is { Length: > 1 } labels ? new NeverTogether(labels) : throw value.Refuse("at least two labels are needed"),
            "no-flow" => Flow(value.AsMap("from", "to", "transitively", "except-through")),
            "only-shares-with" => Sharing(value.AsMap("label", "others")),
            "runs-alone" => new RunsAlone(value.AsText(MaxText)),
            "label-is" => LabelOf(value.AsMap("vm", "label")),
            "resource-only" => Resource(value.AsMap("resource", "labels")),
            "policy-unchanged" => value.AsBool() ? new PolicyUnchanged() : throw value.Refuse("only true can be demanded; leave the line out"),
            "enforced-by" => new EnforcedBy(value.AsText(MaxText) switch
            {
                "hypervisor" => GuaranteeStrength.Enforced,
                "gate" => GuaranteeStrength.Gated,
                _ => throw value.Refuse("hypervisor or gate is needed"),
            }),
            _ => throw item.Refuse($"unknown demand '{kind}'; known are never-together, no-flow, only-shares-with, runs-alone, label-is, resource-only, policy-unchanged, enforced-by"),
        };
    }

    private static NoFlow Flow(YamlMap map) => new(
        map.Text("from", MaxText),
        map.Text("to", MaxText),
        map.Find("transitively")?.AsBool() ?? true,
        map.Find("except-through") is { } except ? Labels(except) : []);

    private static OnlySharesWith Sharing(YamlMap map) => new(map.Text("label", MaxText), Labels(map.Need("others")));

    private static LabelIs LabelOf(YamlMap map) => new(map.Text("vm", MaxText), map.Text("label", MaxText));

    private static ResourceOnly Resource(YamlMap map) => new(map.Text("resource", MaxText), Labels(map.Need("labels")));

    private static ImmutableArray<string> Labels(YamlNode value) => [.. value.AsList(AcmLimits.MaxVmLabels).Select(label => label.AsText(MaxText))];

    private const int MaxDemands = 1000;
    private const int MaxText = 255;
}
