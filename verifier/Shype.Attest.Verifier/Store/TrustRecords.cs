namespace Shype.Attest.Verifier.Store;

/// <summary>An authority that an operator added.</summary>
internal sealed record StoredAuthority(string Fingerprint, DateTimeOffset At, byte[] Certificate, bool IsAnchor, bool IsVirtual);

/// <summary>All that operators decided about trust.</summary>
/// <param name="Added">Their own authorities.</param>
/// <param name="Switched">Shipped ones that are on or off by their word.</param>
/// <param name="CheckedPolicy">The digest of the policy by which all hosts were judged last.</param>
internal sealed record StoredTrust(IReadOnlyList<StoredAuthority> Added, IReadOnlyDictionary<string, bool> Switched, byte[]? CheckedPolicy);

/// <summary>One decision about one authority: exactly one of the two is set, or neither to take an operator's own one away.</summary>
/// <param name="Fingerprint">The authority.</param>
/// <param name="Add">The authority that is added.</param>
/// <param name="Switch">Whether a shipped one counts from now on.</param>
/// <param name="Subject">Whose certificate it is, for the audit.</param>
/// <param name="Actor">Who decided.</param>
/// <param name="At">When.</param>
internal sealed record TrustDecision(string Fingerprint, StoredAuthority? Add, bool? Switch, string Subject, string Actor, DateTimeOffset At);

/// <summary>What a host enrolled with.</summary>
internal sealed record StoredRequest(string HostId, DateTimeOffset At, byte[] Request);

/// <summary>What is said about a host's certificates from now on.</summary>
internal sealed record JudgedHost(string HostId, string Findings, string? EkIssuer);
