using System.Collections.Concurrent;
using Shype.Attest.Appraisal;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>The isolation policies that hosts measured, so that each is sent once.</summary>
internal sealed class PolicyLibrary(IAttestationStore store)
{
    private readonly ConcurrentDictionary<MeasuredDigest, ReadOnlyMemory<byte>> _files = new();
    private readonly Lock _lock = new();
    private volatile IReadOnlyList<string> _known = [];
    private long _bytes;

    /// <summary>SHA-256 (hex) of the files, as challenges list them.</summary>
    public IReadOnlyList<string> Known => _known;

    /// <summary>Reads the stored policies: before anybody is served, and when another verifier stored some.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var policy in await store.ReadPoliciesAsync(cancellationToken))
        {
            if (MeasuredDigest.TryParse(policy.SourceDigest, out var source) && MeasuredDigest.TryParse(policy.CanonicalDigest, out var canonical))
            {
                Add(policy.File, source, canonical);
            }
        }
    }

    /// <summary>The policy with this digest, of the file or of its meaning.</summary>
    public ReadOnlyMemory<byte>? Find(MeasuredDigest digest) => _files.TryGetValue(digest, out var file) ? file : default(ReadOnlyMemory<byte>?);

    /// <summary>The row to store for a policy that evidence brought; null where it is known, or where there are so many that hosts may send theirs again.</summary>
    public StoredPolicy? ToStore(PolicyFile? policy) =>
        policy is null || _files.ContainsKey(policy.SourceDigest) || _known.Count >= ProtocolLimits.MaxKnownPolicies || _bytes + policy.Bytes.Length > MaxBytes
            ? null
            : new StoredPolicy(policy.SourceDigest.ToString(), policy.CanonicalDigest.ToString(), policy.Bytes.ToArray());

    /// <summary>Knows a policy that is stored now.</summary>
    public void Add(ReadOnlyMemory<byte> file, MeasuredDigest source, MeasuredDigest canonical)
    {
        _files[canonical] = file;
        _files[source] = file;
        lock (_lock)
        {
            _bytes += _known.Contains(Convert.ToHexStringLower(source.Value), StringComparer.Ordinal) ? 0 : file.Length;
            _known = [.. _known.Append(Convert.ToHexStringLower(source.Value)).Distinct(StringComparer.Ordinal)];
        }
    }

    // Real fleets have a handful of policies of some kilobytes; a host that invents more sends them each time.
    private const long MaxBytes = 32 * 1024 * 1024;
}
