using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;

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
        var file = StrictYaml.Read(name, utf8).Map("mediators", "guarantees");
        var demands = (file.Find("guarantees") ?? throw file.Refuse("'guarantees' is missing: a list of demands")).List();
        return demands.Count is > 0 and <= MaxDemands
            ? new(file.Find("mediators") is { } mediators ? [.. Labels(mediators)] : [], [.. demands.Select(Demand)])
            : throw file.Refuse($"'guarantees' must hold 1 to {MaxDemands} demands");
    }

    private static Demand Demand(YamlValue item)
    {
        var (kind, value) = item.Only();
        return kind switch
        {
            "never-together" => Labels(value) is { Length: > 1 } labels ? new NeverTogether(labels) : throw value.Refuse("at least two labels are needed"),
            "no-flow" => Flow(value.Map("from", "to", "transitively", "except-through")),
            "only-shares-with" => Sharing(value.Map("label", "others")),
            "runs-alone" => new RunsAlone(value.Text()),
            "label-is" => LabelOf(value.Map("vm", "label")),
            "resource-only" => Resource(value.Map("resource", "labels")),
            "policy-unchanged" => value.Flag() ? new PolicyUnchanged() : throw value.Refuse("only true can be demanded; leave the line out"),
            "enforced-by" => new EnforcedBy(value.Text() switch
            {
                "hypervisor" => GuaranteeStrength.Enforced,
                "gate" => GuaranteeStrength.Gated,
                _ => throw value.Refuse("hypervisor or gate is needed"),
            }),
            "guarantee" => GuaranteeProof.Ids.Contains(value.Text()) ? new GuaranteeHolds(value.Text()) : throw value.Refuse($"no such guarantee; there are {string.Join(", ", GuaranteeProof.Ids)}"),
            _ => throw item.Refuse($"unknown demand '{kind}'; known are never-together, no-flow, only-shares-with, runs-alone, label-is, resource-only, policy-unchanged, enforced-by, guarantee"),
        };
    }

    private static NoFlow Flow(YamlValue map) => new(
        map.Need("from").Text(),
        map.Need("to").Text(),
        map.Find("transitively")?.Flag() ?? true,
        map.Find("except-through") is { } except ? Labels(except) : []);

    private static OnlySharesWith Sharing(YamlValue map) => new(map.Need("label").Text(), Labels(map.Need("others")));

    private static LabelIs LabelOf(YamlValue map) => new(map.Need("vm").Text(), map.Need("label").Text());

    private static ResourceOnly Resource(YamlValue map) => new(map.Need("resource").Text(), Labels(map.Need("labels")));

    private static ImmutableArray<string> Labels(YamlValue value) =>
        value.List() is { Count: <= AcmLimits.MaxVmLabels } list ? [.. list.Select(label => label.Text())] : throw value.Refuse($"more than {AcmLimits.MaxVmLabels} labels");

    private const int MaxDemands = 1000;
}
