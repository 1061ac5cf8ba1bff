using System.Collections.Immutable;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;

namespace Shype.Attest.Appraisal.Demands;

/// <summary>How demands are written (docs/guarantees.md), whoever reads them: nothing unknown, nothing missing, nothing without a bound.</summary>
public sealed record DemandGrammar
{
    /// <summary>Demands of one set.</summary>
    public required int MaxDemands { get; init; }

    /// <summary>Labels of one list.</summary>
    public required int MaxLabels { get; init; }

    /// <summary>The most characters of a text.</summary>
    public const int MaxText = 255;

    /// <summary>Reads the list of demands, and the list of mediators where there is one.</summary>
    public DemandSet Read(IDemandValue guarantees, IDemandValue? mediators)
    {
        ArgumentNullException.ThrowIfNull(guarantees);
        var demands = guarantees.List();
        return demands.Count is var count and > 0 && count <= MaxDemands
            ? new(mediators is null ? [] : [.. Labels(mediators)], [.. demands.Select(Demand)])
            : throw guarantees.Refuse($"1 to {MaxDemands} demands are needed, and there are {demands.Count}");
    }

    private Demand Demand(IDemandValue item)
    {
        if (item.Members() is not { Count: 1 } members)
        {
            throw item.Refuse("one demand is needed, as 'never-together: [a, b]'");
        }

        var (kind, value) = members.First();
        return kind switch
        {
            "never-together" => Labels(value) is { Length: > 1 } labels ? new NeverTogether(labels) : throw value.Refuse("at least two labels are needed"),
            "no-flow" => Flow(value, Map(value, "from", "to", "transitively", "except-through")),
            "only-shares-with" => Sharing(value, Map(value, "label", "others")),
            "runs-alone" => new RunsAlone(value.Text()),
            "label-is" => LabelOf(value, Map(value, "vm", "label")),
            "resource-only" => Resource(value, Map(value, "resource", "labels")),
            "policy-unchanged" => value.Flag() ? new PolicyUnchanged() : throw value.Refuse("only true can be demanded; leave the line out"),
            "enforced-by" => new EnforcedBy(Keeper(value)),
            "guarantee" => GuaranteeProof.Ids.Contains(value.Text())
                ? new GuaranteeHolds(value.Text())
                : throw value.Refuse($"no such guarantee; there are {string.Join(", ", GuaranteeProof.Ids)}"),
            _ => throw item.Refuse($"unknown demand '{kind}'; known are never-together, no-flow, only-shares-with, runs-alone, label-is, resource-only, policy-unchanged, enforced-by, guarantee"),
        };
    }

    private NoFlow Flow(IDemandValue at, IReadOnlyDictionary<string, IDemandValue> map) => new(
        Need(at, map, "from").Text(),
        Need(at, map, "to").Text(),
        map.GetValueOrDefault("transitively")?.Flag() ?? true,
        map.GetValueOrDefault("except-through") is { } except ? Labels(except) : []);

    private OnlySharesWith Sharing(IDemandValue at, IReadOnlyDictionary<string, IDemandValue> map) => new(Need(at, map, "label").Text(), Labels(Need(at, map, "others")));

    private static LabelIs LabelOf(IDemandValue at, IReadOnlyDictionary<string, IDemandValue> map) => new(Need(at, map, "vm").Text(), Need(at, map, "label").Text());

    private ResourceOnly Resource(IDemandValue at, IReadOnlyDictionary<string, IDemandValue> map) => new(Need(at, map, "resource").Text(), Labels(Need(at, map, "labels")));

    private ImmutableArray<string> Labels(IDemandValue value)
    {
        var list = value.List();
        return list.Count <= MaxLabels ? [.. list.Select(label => label.Text())] : throw value.Refuse($"{list.Count} labels, {MaxLabels} are allowed");
    }

    private static GuaranteeStrength Keeper(IDemandValue value) => value.Text() switch
    {
        "hypervisor" => GuaranteeStrength.Enforced,
        "gate" => GuaranteeStrength.Gated,
        _ => throw value.Refuse("hypervisor or gate is needed"),
    };

    private static IReadOnlyDictionary<string, IDemandValue> Map(IDemandValue value, params ReadOnlySpan<string> known)
    {
        var members = value.Members();
        foreach (var (key, member) in members)
        {
            if (!known.Contains(key))
            {
                throw member.Refuse($"unknown key '{key}'; known here: {string.Join(", ", known)}");
            }
        }

        return members;
    }

    private static IDemandValue Need(IDemandValue at, IReadOnlyDictionary<string, IDemandValue> map, string key) =>
        map.GetValueOrDefault(key) ?? throw at.Refuse($"'{key}' is missing");
}
