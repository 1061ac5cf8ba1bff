using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.References;

/// <summary>A reference document that was checked and can be asked. Never changes: another document is another set.</summary>
public sealed class ReferenceSet
{
    private readonly FrozenDictionary<MeasuredDigest, AgentReference> _agents;
    private readonly FrozenDictionary<MeasuredDigest, PolicyReference> _policies;
    private readonly FrozenDictionary<Guid, VmReference[]> _byUuid;
    private readonly FrozenDictionary<string, VmReference[]> _byName;

    private readonly FrozenDictionary<int, PcrReference[]> _pcrs;

    private ReferenceSet(ReferenceDocument document, IReadOnlyList<LapsedBundle>? lapsed = null)
    {
        Document = document;
        Lapsed = lapsed ?? [];
        _pcrs = document.Pcrs.GroupBy(reference => reference.Pcr).ToFrozenDictionary(group => group.Key, group => group.ToArray());
        _agents = document.Agents.DistinctBy(agent => agent.Digest).ToFrozenDictionary(agent => agent.Digest);
        _policies = document.Policies.DistinctBy(policy => policy.CanonicalDigest).ToFrozenDictionary(policy => policy.CanonicalDigest);
        _byUuid = document.Vms.Where(vm => vm.Uuid is not null).GroupBy(vm => vm.Uuid!.Value).ToFrozenDictionary(group => group.Key, group => group.ToArray());
        _byName = document.Vms.Where(vm => vm.Uuid is null).GroupBy(vm => vm.Name, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        Digest = SHA256.HashData(Encode(document));
    }

    /// <summary>Nothing is known to be good.</summary>
    public static ReferenceSet Empty { get; } = new(new ReferenceDocument { Format = Format });

    /// <summary>The document.</summary>
    public ReferenceDocument Document { get; }

    /// <summary>SHA-256 of the document as <see cref="Encode"/> writes it: white space and the order of members do not count.</summary>
    public ReadOnlyMemory<byte> Digest { get; }

    /// <summary>The hypervisors.</summary>
    public IReadOnlyList<HypervisorReference> Hypervisors => Document.Hypervisors;

    /// <summary>How many things it calls good.</summary>
    public int Count => Document.Hypervisors.Count + Document.Agents.Count + Document.Policies.Count + Document.FlaskPolicies.Count + Document.Vms.Count + Document.Pcrs.Count;

    /// <summary>Bundles that do not count now.</summary>
    internal IReadOnlyList<LapsedBundle> Lapsed { get; }

    /// <summary>Reads a document; the problem names the member and the byte.</summary>
    public static bool TryRead(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out ReferenceSet? set, [NotNullWhen(false)] out ProtocolProblem? problem)
    {
        set = null;
        if (utf8.Length > AppraisalLimits.MaxReferenceBytes)
        {
            problem = new("references", 0, $"{utf8.Length} bytes, {AppraisalLimits.MaxReferenceBytes} are allowed", nameof(AppraisalLimits.MaxReferenceBytes));
            return false;
        }

        return ProtocolJson.TryRead(utf8, ReferenceJson.Default.ReferenceDocument, out var document, out problem)
            && TryCreate(document, out set, out problem);
    }

    /// <summary>A set of a document made elsewhere, when it keeps the bounds and makes sense.</summary>
    public static bool TryCreate(ReferenceDocument document, [NotNullWhen(true)] out ReferenceSet? set, [NotNullWhen(false)] out ProtocolProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(document);
        problem = document.Format == Format ? ReferenceRules.Check(document) : new ProtocolProblem("$.format", 0, $"is {document.Format}; this program reads format {Format}");
        set = problem is null ? new ReferenceSet(document) : null;
        return set is not null;
    }

    /// <summary>All that any of the sets calls good.</summary>
    internal static ReferenceSet Union(IReadOnlyList<ReferenceSet> sets, IReadOnlyList<LapsedBundle> lapsed) => sets switch
    {
        [] when lapsed.Count == 0 => Empty,
        [var only] when lapsed.Count == 0 => only,
        [] => new(Empty.Document, lapsed),
        [var only] => new(only.Document, lapsed),
        _ => new(new ReferenceDocument
        {
            Format = Format,
            Hypervisors = [.. sets.SelectMany(set => set.Document.Hypervisors)],
            Agents = [.. sets.SelectMany(set => set.Document.Agents)],
            Policies = [.. sets.SelectMany(set => set.Document.Policies)],
            FlaskPolicies = [.. sets.SelectMany(set => set.Document.FlaskPolicies)],
            Vms = [.. sets.SelectMany(set => set.Document.Vms)],
            Pcrs = [.. sets.SelectMany(set => set.Document.Pcrs)],
            DemandedPcrs = [.. sets.SelectMany(set => set.Document.DemandedPcrs).Distinct().Order()],
        }, lapsed),
    };

    /// <summary>The document as JSON, always the same bytes for the same content.</summary>
    public static byte[] Encode(ReferenceDocument document) => JsonSerializer.SerializeToUtf8Bytes(document, ReferenceJson.Default.ReferenceDocument);

    /// <summary>The agent with this binary.</summary>
    public AgentReference? FindAgent(MeasuredDigest digest) => _agents.GetValueOrDefault(digest);

    /// <summary>The policy with this meaning.</summary>
    public PolicyReference? FindPolicy(MeasuredDigest canonicalDigest) => _policies.GetValueOrDefault(canonicalDigest);

    /// <summary>The binary policy with this file.</summary>
    public FlaskPolicyReference? FindFlaskPolicy(MeasuredDigest file) => Document.FlaskPolicies.FirstOrDefault(policy => policy.FileDigest == file);

    /// <summary>The alternatives for a VM: those with its uuid, otherwise those with its name and no uuid.</summary>
    public IReadOnlyList<VmReference> FindVm(Guid uuid, string name) =>
        _byUuid.TryGetValue(uuid, out var exact) ? exact : _byName.TryGetValue(name, out var named) ? named : [];

    /// <summary>The alternatives for a PCR.</summary>
    public IReadOnlyList<PcrReference> FindPcr(int pcr) => _pcrs.TryGetValue(pcr, out var alternatives) ? alternatives : [];

    /// <summary>The version of the format that this program reads and writes.</summary>
    public const int Format = 1;
}
