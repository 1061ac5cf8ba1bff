using Shype.Attest.Isolation.Guarantees.Inputs;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G20: a VM that ran elsewhere came only from a host whose attestation passed, where the same policy was in force and it had the same label. Its arrival is judged as a start (G11).</summary>
public static class Arrivals
{
    /// <summary>The guarantee for every start since boot.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence is not { Starts: { } starts, History: { } history })
        {
            return Guarantee.Unknown("G20", IsolationEvidence.NoStarts);
        }

        string? missing = null;
        var arrivals = 0;
        foreach (var start in starts.Where(start => start.FromHost is not null))
        {
            arrivals++;
            var peer = evidence.Peers?.FirstOrDefault(known => known.Host == start.FromHost);
            if (Refutation(evidence, start, peer) is { } refuted)
            {
                var what = $"{start.Sentence} came from {Quote.Name(start.FromHost!)}, {refuted}";
                return Guarantee.Violated("G20", $"{what}.", new(what, [start.Vm.EffectiveLabel], [start.Record]));
            }

            missing ??= Missing(start, peer);
        }

        missing ??= evidence.Log is { TellsRestores: true } || starts.Length == arrivals ? history.Gap
            : "records do not tell a start from a saved state from any other: a restored VM's memory may come from anywhere";
        return missing is not null
            ? Guarantee.Unknown("G20", missing)
            : Guarantee.Holds("G20", evidence, arrivals == 0 ? "No VM came from another host since boot." : $"Each of the {arrivals} VMs that came since boot came from an attested host, with its label and under this policy.");
    }

    private static string? Refutation(IsolationEvidence evidence, VmIdentity start, PeerStanding? peer) =>
        evidence.Peers is null ? null
        : peer is null ? "which is no host that is attested"
        : !peer.Attested ? "whose attestation did not pass"
        : peer.PolicyDigest is { } digest && digest != DigestText.Of(evidence.Policy) ? $"where another policy than {evidence.Policy} is in force"
        : peer.Departed.TryGetValue(start.Vm.Uuid, out var label) && label != start.Vm.Label ? $"where it ran under {Quote.Name(label ?? "none")}, and runs here under {Quote.Name(start.Vm.EffectiveLabel)}"
        : null;

    private static string? Missing(VmIdentity start, PeerStanding? peer) =>
        peer is null ? $"the attestation of {Quote.Name(start.FromHost!)}, from where {start.Sentence} came, was not given"
        : peer.PolicyDigest is null ? $"nothing tells which policy is in force on {Quote.Name(start.FromHost!)}"
        : !peer.Departed.ContainsKey(start.Vm.Uuid) ? $"the log of {Quote.Name(start.FromHost!)} has no record that {start.Sentence} left it"
        : null;
}
