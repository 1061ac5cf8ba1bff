using System.Text.Json;

namespace Shype.Attest.Cli.Output;

/// <summary>A signed bundle that was written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sequence">Its version.</param>
/// <param name="Origin">Who made it and from what.</param>
/// <param name="NotBefore">From when it counts.</param>
/// <param name="NotAfter">Until when.</param>
/// <param name="File">Where it is.</param>
public sealed record ReferenceFileReport(string Name, long Sequence, string Origin, DateTimeOffset? NotBefore, DateTimeOffset? NotAfter, string File);

/// <summary>A host's measurements as a proposal.</summary>
/// <param name="Accepted">Whether they are in force now.</param>
/// <param name="Version">The version that is in force since.</param>
/// <param name="Changes">What they change.</param>
/// <param name="Proposal">The reference document.</param>
public sealed record ReferenceCaptureReport(bool Accepted, string? Version, IReadOnlyList<ReferenceChangeReport> Changes, JsonElement Proposal);

/// <summary>One changed entry.</summary>
/// <param name="Kind">"added", "removed", "changed".</param>
/// <param name="Section">The list of the document.</param>
/// <param name="Name">The entry.</param>
/// <param name="Lines">Its members, or those that differ.</param>
public sealed record ReferenceChangeReport(string Kind, string Section, string Name, IReadOnlyList<string> Lines);

/// <summary>What packages ship.</summary>
/// <param name="Files">The files.</param>
public sealed record PackageReport(IReadOnlyList<PackageFileReport> Files);

/// <summary>A file of a package.</summary>
/// <param name="Package">The package.</param>
/// <param name="Version">Its version.</param>
/// <param name="Architecture">Its architecture.</param>
/// <param name="Path">The file.</param>
/// <param name="Role">"hypervisor", "kernel", or null.</param>
/// <param name="Digest">"sha256:...".</param>
public sealed record PackageFileReport(string Package, string Version, string Architecture, string Path, string? Role, string Digest);
