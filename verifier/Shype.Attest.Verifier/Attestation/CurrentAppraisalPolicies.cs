using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>The appraisal policies in force, one for each group of hosts, parsed once per version.</summary>
internal sealed class CurrentAppraisalPolicies(IAttestationStore store)
{
    private readonly Lock _lock = new();
    private volatile IReadOnlyDictionary<string, Versioned> _current = new Dictionary<string, Versioned>(StringComparer.Ordinal);

    /// <summary>The policies, by group.</summary>
    public IReadOnlyDictionary<string, Versioned> Current => _current;

    /// <summary>The policy of a group; the built-in rules where nobody wrote one.</summary>
    public Versioned Of(string group) => _current.GetValueOrDefault(group) ?? BuiltIn;

    /// <summary>Reads the stored policies before anybody is served, and whenever somebody else changed them.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var stored in (await store.ReadAppraisalPoliciesAsync(cancellationToken)).GroupBy(policy => policy.Group).Select(versions => versions.Last()))
        {
            Take(AppraisalPolicy.TryRead($"{stored.Group}, version {stored.Version}", stored.Document, out var policy, out var problem)
                ? new Versioned(stored.Version, policy, policy.InForce(stored.Version))
                : throw new StoreException($"the stored appraisal policy cannot be read: {problem}; start the newer program that wrote it, or restore the database from a backup"));
        }
    }

    /// <summary>Replaces a group's policy if its version is still the expected one; null where it is not.</summary>
    public async Task<Versioned?> ReplaceAsync(AppraisalPolicy policy, long expected, string actor, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (await store.WriteAppraisalPolicyAsync(policy.Group, policy.Name, policy.Document.ToArray(), expected, actor, at, cancellationToken) is not { } written)
        {
            return null;
        }

        var next = new Versioned(written.Version, policy, policy.InForce(written.Version));
        Take(next);
        return next;
    }

    private void Take(Versioned next)
    {
        lock (_lock)
        {
            // Two writers can come back in the other order than the store took them.
            if (_current.GetValueOrDefault(next.Policy!.Group) is not { } current || current.Version < next.Version)
            {
                _current = new Dictionary<string, Versioned>(_current, StringComparer.Ordinal) { [next.Policy.Group] = next };
            }
        }
    }

    private static readonly Versioned BuiltIn = new(0, null, AppraisalRules.Default);

    /// <summary>A policy with its version; version 0 and no document are the built-in rules.</summary>
    internal sealed record Versioned(long Version, AppraisalPolicy? Policy, AppraisalRules Rules);
}
