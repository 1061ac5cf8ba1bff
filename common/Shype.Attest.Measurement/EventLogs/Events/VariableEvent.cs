using System.Text;

namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>UEFI_VARIABLE_DATA (PFP 1.05, 10.2.6): a variable by vendor, name and value.</summary>
/// <param name="Vendor">VariableName, which is the vendor's GUID.</param>
/// <param name="Name">UnicodeName.</param>
/// <param name="Value">VariableData.</param>
public sealed record UefiVariable(Guid Vendor, string Name, ReadOnlyMemory<byte> Value)
{
    /// <summary>EFI_GLOBAL_VARIABLE.</summary>
    public static readonly Guid Global = new("8be4df61-93ca-11d2-aa0d-00e098032b8c");

    /// <summary>EFI_IMAGE_SECURITY_DATABASE_GUID.</summary>
    public static readonly Guid SecurityDatabase = new("d719b2cb-3d3a-4596-a3bc-dad00e67656f");

    /// <summary>The vendor of shim's variables.</summary>
    public static readonly Guid Shim = new("605dab50-e046-4300-abb6-3dd810dd8b23");

    /// <summary>Whether it is the variable with this vendor and name.</summary>
    public bool Is(Guid vendor, string name) => Vendor == vendor && Name == name;

    internal static (UefiVariable Variable, DigestCoverage Coverage) Read(EventSource source)
    {
        var reader = source.Reader();
        var vendor = reader.ReadGuid("variableName");
        var at = reader.Offset;
        var characters = reader.ReadUInt64("unicodeNameLength");
        var size = reader.ReadUInt64("variableDataLength");
        if (characters > MeasurementLimits.MaxVariableNameChars)
        {
            throw EventReader.Refuse(
                "unicodeNameLength", at, $"is {characters}, {MeasurementLimits.MaxVariableNameChars} are allowed ({nameof(MeasurementLimits.MaxVariableNameChars)})");
        }

        // Some firmware counts a NUL behind the name; the name is the same without.
        var name = Encoding.Unicode.GetString(reader.ReadBytes((int)characters * 2, "unicodeName").Span).TrimEnd('\0');
        var value = reader.ReadCounted(size, "variableData");
        return (new UefiVariable(vendor, name, value), CoverageOf(source, value, reader.Offset));
    }

    private static DigestCoverage CoverageOf(EventSource source, ReadOnlyMemory<byte> value, int end) =>
        source.Covers(source.Data.Span) ? DigestCoverage.Whole
        // shim up to 15.6 leaves a byte in the event that it did not measure.
        : end < source.Data.Length && source.Covers(source.Data.Span[..end]) ? DigestCoverage.Only("all but what stands behind the value")
        : source.Data.Length > 1 && source.Covers(source.Data.Span[..^1]) ? DigestCoverage.Only("all but the last byte")
        // EDK2 under EV_EFI_VARIABLE_BOOT.
        : source.Covers(value.Span) ? DigestCoverage.Only(ValueOnly)
        : DigestCoverage.Nothing;

    internal const string ValueOnly = "the value, not the name";
}

/// <summary>EV_EFI_VARIABLE_DRIVER_CONFIG, EV_EFI_VARIABLE_BOOT(2): a variable that says how the platform boots.</summary>
public sealed record VariableEvent : TcgEvent
{
    private VariableEvent(EventSource source, UefiVariable variable, DigestCoverage coverage)
        : base(source.Measured, coverage)
    {
        Variable = variable;
        // dbr and dbt are of the same vendor and kind as db.
        Signatures = (variable.Vendor == UefiVariable.SecurityDatabase || variable.Is(UefiVariable.Global, "PK") || variable.Is(UefiVariable.Global, "KEK"))
            && SignatureList.TryRead(variable.Value, out var signatures, out _) ? signatures : null;
        Option = IsOption(variable.Name) ? LoadOption.TryRead(variable.Value) : null;
    }

    /// <summary>The variable.</summary>
    public UefiVariable Variable { get; }

    /// <summary>What a Secure Boot database holds (PK, KEK, db, dbx, dbr, dbt); null for other variables, and where it cannot be read.</summary>
    public IReadOnlyList<UefiSignature>? Signatures { get; }

    /// <summary>What a Boot#### names; null for other variables, and where it cannot be read.</summary>
    public LoadOption? Option { get; }

    /// <summary>Whether name and value are both proven.</summary>
    public bool IsProven => Coverage.Extent == CoverageExtent.Whole;

    /// <inheritdoc/>
    public override string Kind => "variable";

    /// <inheritdoc/>
    public override string Text => $"variable {Variable.Name}: {Shown()}";

    internal static VariableEvent Read(EventSource source)
    {
        var (variable, coverage) = UefiVariable.Read(source);
        return new VariableEvent(source, variable, coverage);
    }

    private string Shown() => (Signatures, Option, Variable.Name) switch
    {
        ({ } signatures, _, _) => signatures.Count == 0 ? "empty" : $"{signatures.Count} signatures: {string.Join(", ", signatures.Take(3))}{(signatures.Count > 3 ? ", …" : "")}",
        (_, { } option, _) => option.ToString(),
        (_, _, "BootOrder") when Variable.Value.Length % 2 == 0 => string.Join(", ", LoadOption.Order(Variable.Value.Span)),
        _ => Variable.Value.IsEmpty ? "empty" : EventDescription.Of(Variable.Value.Span),
    };

    private static bool IsOption(string name) => name.Length == 8 && name.StartsWith("Boot", StringComparison.Ordinal) && name.Skip(4).All(char.IsAsciiHexDigit);
}
