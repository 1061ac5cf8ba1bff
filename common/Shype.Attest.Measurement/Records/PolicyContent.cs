using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Measurement.Records;

/// <summary>What "policy" and "policy-change" share: the isolation policy now in force.</summary>
public abstract record PolicyStateContent : MeasurementContent
{
    private protected PolicyStateContent()
    {
    }

    [SetsRequiredMembers]
    private protected PolicyStateContent(FieldReader reader)
    {
        Module = reader.Text(0, "module");
        Name = reader.Text(1, "name", 0);
        Version = reader.Text(2, "version", 0);
        ActiveDigest = reader.OptionalDigest(3, "activeDigest");
        SourceDigest = reader.OptionalDigest(4, "sourceDigest");
        CanonicalDigest = reader.OptionalDigest(5, "canonicalDigest");
        Enforcing = reader.Bool(6, "enforcing");
    }

    /// <inheritdoc/>
    public sealed override PcrRole Role => PcrRole.Policy;

    /// <summary>"acm", "flask", "silo", "svirt", "none".</summary>
    public required string Module { get; init; }

    /// <summary>The policy's name; empty where it has none.</summary>
    public required string Name { get; init; }

    /// <summary>The policy's version; empty where it has none.</summary>
    public required string Version { get; init; }

    /// <summary>Digest of the binary policy that is active; null where no policy is.</summary>
    public MeasuredDigest? ActiveDigest { get; init; }

    /// <summary>Digest of the file that the policy was made from.</summary>
    public MeasuredDigest? SourceDigest { get; init; }

    /// <summary>Digest of the policy's meaning in canonical form, which two files that say the same share.</summary>
    public MeasuredDigest? CanonicalDigest { get; init; }

    /// <summary>Whether the hypervisor refuses what the policy forbids.</summary>
    public required bool Enforcing { get; init; }

    internal override void WriteFields(FieldWriter writer)
    {
        writer.Text(0, Module, "module");
        writer.Text(1, Name, "name", 0);
        writer.Text(2, Version, "version", 0);
        writer.OptionalDigest(3, ActiveDigest, "activeDigest");
        writer.OptionalDigest(4, SourceDigest, "sourceDigest");
        writer.OptionalDigest(5, CanonicalDigest, "canonicalDigest");
        writer.Bool(6, Enforcing);
    }
}

/// <summary>"policy": the policy at boot.</summary>
public sealed record PolicyContent : PolicyStateContent
{
    /// <summary>From its fields.</summary>
    public PolicyContent()
    {
    }

    [SetsRequiredMembers]
    private PolicyContent(FieldReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override string Type => ContentTypes.Policy;

    internal static PolicyContent Read(FieldReader reader) => new(reader);
}

/// <summary>"policy-change": another policy came into force.</summary>
public sealed record PolicyChangeContent : PolicyStateContent
{
    /// <summary>From its fields.</summary>
    public PolicyChangeContent()
    {
    }

    [SetsRequiredMembers]
    private PolicyChangeContent(FieldReader reader)
        : base(reader) => PreviousDigest = reader.OptionalDigest(7, "previousDigest");

    /// <inheritdoc/>
    public override string Type => ContentTypes.PolicyChange;

    /// <summary><see cref="PolicyStateContent.ActiveDigest"/> of the policy before; null where there was none.</summary>
    public MeasuredDigest? PreviousDigest { get; init; }

    internal static PolicyChangeContent Read(FieldReader reader) => new(reader);

    internal override void WriteFields(FieldWriter writer)
    {
        base.WriteFields(writer);
        writer.OptionalDigest(7, PreviousDigest, "previousDigest");
    }
}
