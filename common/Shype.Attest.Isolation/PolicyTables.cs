using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation;

/// <summary>A policy as numbers: what each VM label counts in the Chinese Wall and which types it holds. Made once for a policy.</summary>
internal sealed class PolicyTables
{
    private static readonly ConditionalWeakTable<AcmPolicy, PolicyTables> Made = [];
    private readonly Dictionary<string, LabelRow> _rows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ste;

    private PolicyTables(AcmPolicy policy)
    {
        Policy = policy;
        _ste = Index(policy.SteTypes);
        var chWall = Index(policy.ChWallTypes);
        int[][] sets = [.. policy.ConflictSets.Select(set => Rows(chWall, set.Types))];
        foreach (var label in policy.VmLabels)
        {
            var own = Rows(chWall, label.ChWallTypes);
            // A type that two sets keep out is counted twice, as the hypervisor did.
            int[] keptOut = [.. sets.Where(set => set.Intersect(own).Any()).SelectMany(set => set.Except(own))];
            _rows.Add(label.Name, new LabelRow(label, _rows.Count, own, keptOut, SteOf(label.SteTypes)));
        }
    }

    public AcmPolicy Policy { get; }

    public IEnumerable<LabelRow> Rows() => _rows.Values;

    public static PolicyTables Of(AcmPolicy policy) => Made.GetValue(policy, static made => new PolicyTables(made));

    public LabelRow? Find(string label) => _rows.GetValueOrDefault(label);

    public int SteIndex(string type) => _ste[type];

    private TypeSet SteOf(ImmutableArray<string> types)
    {
        var set = new TypeSet(_ste.Count);
        foreach (var type in types)
        {
            set.Add(_ste[type]);
        }

        return set;
    }

    private static Dictionary<string, int> Index(ImmutableArray<string> types) =>
        types.Select((type, index) => (type, index)).ToDictionary(pair => pair.type, pair => pair.index, StringComparer.Ordinal);

    private static int[] Rows(Dictionary<string, int> index, ImmutableArray<string> types) => [.. types.Where(index.ContainsKey).Select(type => index[type]).Distinct()];
}

/// <summary>One VM label as numbers.</summary>
/// <param name="Label">The label.</param>
/// <param name="Index">Its place among the policy's VM labels.</param>
/// <param name="Own">Its Chinese Wall types.</param>
/// <param name="KeptOut">The types that it keeps out while it runs, once for every conflict set that says so.</param>
/// <param name="Ste">Its Type Enforcement types.</param>
internal sealed record LabelRow(VmLabel Label, int Index, int[] Own, int[] KeptOut, TypeSet Ste)
{
    /// <summary>Whether what runs under this label keeps what would start under the other one out.</summary>
    public bool KeepsOut(LabelRow starting) => KeptOut.AsSpan().IndexOfAny(starting.Own) >= 0;
}
