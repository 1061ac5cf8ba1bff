using Shype.Attest.Measurement.EventLogs.Events;

namespace Shype.Attest.Measurement.EventLogs.Boot;

/// <summary>Secure Boot as PCR 7 shows it (PFP 1.05, 3.3.4.8).</summary>
public sealed record SecureBootState
{
    private SecureBootState()
    {
    }

    /// <summary>On or off; null where neither is proven.</summary>
    public Claimed<bool>? Enabled { get; init; }

    /// <summary>Why nothing is proven; empty where something is.</summary>
    public string Doubt { get; init; } = "";

    /// <summary>SetupMode, AuditMode, DeployedMode, as far as they are measured.</summary>
    public IReadOnlyList<Claimed<string>> Modes { get; init; } = [];

    /// <summary>Certificates of the platform key (PK).</summary>
    public IReadOnlyList<Claimed<string>> PlatformKeys { get; init; } = [];

    /// <summary>Entries in each database: "db: 2 certificates".</summary>
    public IReadOnlyList<Claimed<string>> Databases { get; init; } = [];

    /// <summary>The keys by which the images that were started were verified.</summary>
    public IReadOnlyList<Claimed<BootAuthority>> Authorities { get; init; } = [];

    /// <summary>The SBAT level that shim enforces.</summary>
    public Claimed<string>? SbatLevel { get; init; }

    internal static SecureBootState Read(IReadOnlyList<TcgEvent> events, BootFindings findings)
    {
        var inPcr = events.Where(shown => shown.Measured is { IsExtended: true, Pcr.Value: Pcr }).ToList();
        var ended = inPcr.FindIndex(shown => shown is SeparatorEvent);
        // Types are not proven, so an odd one takes the whole statement away instead of being left out.
        var doubt = inPcr.Find(shown => shown is not (SeparatorEvent { Value: not SeparatorValue.Other } or ActionEvent { Coverage.IsAny: true } or VariableEvent or AuthorityEvent)) is { } foreign
            ? Foreign(foreign, findings) : null;
        doubt ??= inPcr.OfType<ActionEvent>().Any(action => action is { Coverage.IsAny: true, Action: ActionEvent.DebugMode }) ? "the firmware is in a mode for debugging" : null;
        doubt ??= inPcr.Count(shown => shown is SeparatorEvent) != 1 ? "PCR 7 does not have exactly one separator" : null;

        var before = (ended < 0 ? inPcr : inPcr.Take(ended)).OfType<VariableEvent>().ToList();
        doubt ??= Late(inPcr, ended, findings) ?? Repeated(before, findings);
        var variable = before.Find(candidate => candidate.Variable.Is(UefiVariable.Global, "SecureBoot"));
        var enabled = variable is null ? null : Value(variable, findings);
        doubt ??= variable is null ? "no SecureBoot variable was measured" : enabled is null ? "the SecureBoot variable is not proven, or has no value" : null;
        var authorities = inPcr.OfType<AuthorityEvent>().Where(authority => authority.IsProven).ToList();
        doubt ??= enabled == true ? Incomplete(variable!, before, authorities, findings) : null;
        return new SecureBootState
        {
            Enabled = doubt is null ? new Claimed<bool>(enabled!.Value, variable!) : null,
            Doubt = doubt ?? "",
            Modes = [.. before.Where(IsMode).Select(mode => new Claimed<string>($"{mode.Variable.Name} {(mode.Variable.Value.Span[0] == 1 ? "on" : "off")}", mode))],
            PlatformKeys = [.. DatabasesOf(before, "PK").SelectMany(key => key.Signatures!.Select(signature => new Claimed<string>(signature.ToString(), key)))],
            Databases = [.. before.Where(IsDatabase).Select(database => new Claimed<string>(Describe(database), database))],
            Authorities = [.. authorities.Where(authority => authority.SbatLevel is null).Select(authority => new Claimed<BootAuthority>(
                new(authority.Variable.Name, authority.Certificate?.ToString() ?? EventDescription.Of(authority.Variable.Value.Span)), authority))],
            SbatLevel = authorities.Find(authority => authority.SbatLevel is not null) is { } sbat ? new Claimed<string>(sbat.SbatLevel!, sbat) : null,
        };
    }

    private static string Foreign(TcgEvent foreign, BootFindings findings)
    {
        findings.Add(LogFindingCode.SecureBootForeign, foreign.Measured, $"{foreign.Measured.Type.ToText()} does not belong into PCR {Pcr}");
        return $"PCR {Pcr} holds something that Secure Boot does not measure there";
    }

    private static string? Late(List<TcgEvent> inPcr, int ended, BootFindings findings)
    {
        if (ended < 0 || inPcr.Skip(ended).OfType<VariableEvent>().FirstOrDefault(variable => Names.Contains(variable.Variable.Name)) is not { } late)
        {
            return null;
        }

        findings.Add(LogFindingCode.SecureBootVariableOdd, late.Measured, $"{late.Variable.Name} stands behind the separator");
        return "a variable stands behind the separator of PCR 7";
    }

    private static string? Repeated(List<VariableEvent> before, BootFindings findings)
    {
        var seen = new HashSet<(Guid, string)>();
        if (before.Find(variable => !seen.Add((variable.Variable.Vendor, variable.Variable.Name))) is not { } twice)
        {
            return null;
        }

        findings.Add(LogFindingCode.SecureBootVariableOdd, twice.Measured, $"{twice.Variable.Name} stands a second time");
        return "a variable stands twice in PCR 7";
    }

    // UEFI 2.10, 3.3: one byte, 0 or 1. Firmware without Secure Boot measures no byte, which says nothing.
    private static bool? Value(VariableEvent variable, BootFindings findings)
    {
        if (variable.IsProven && variable.Variable.Value.Span is [0 or 1])
        {
            return variable.Variable.Value.Span[0] == 1;
        }

        if (variable.Variable.Value.Length > 0)
        {
            findings.Add(LogFindingCode.SecureBootVariableOdd, variable.Measured, "the SecureBoot variable is not one covered byte, 0 or 1");
        }

        return null;
    }

    private static string? Incomplete(VariableEvent variable, List<VariableEvent> before, List<AuthorityEvent> authorities, BootFindings findings)
    {
        var missing = authorities.Count == 0 ? "an authority"
            : Array.Find(Demanded, name => !DatabasesOf(before, name).Any(database => database.Signatures!.Count > 0));
        if (missing is null)
        {
            return null;
        }

        findings.Add(LogFindingCode.SecureBootIncomplete, variable.Measured, $"Secure Boot is on without {missing}");
        return $"Secure Boot is said to be on, without {missing}";
    }

    private static IEnumerable<VariableEvent> DatabasesOf(List<VariableEvent> variables, string name) =>
        variables.Where(variable => variable.Variable.Name == name && IsDatabase(variable));

    private static bool IsDatabase(VariableEvent variable) => variable is { IsProven: true, Signatures: not null };

    private static bool IsMode(VariableEvent variable) =>
        variable is { IsProven: true, Variable.Value.Length: 1 } && variable.Variable.Vendor == UefiVariable.Global
        && variable.Variable.Name is ("SetupMode" or "AuditMode" or "DeployedMode");

    private static string Describe(VariableEvent database)
    {
        var certificates = database.Signatures!.Count(signature => signature.Type == SignatureList.X509);
        return $"{database.Variable.Name}: {certificates} certificates, {database.Signatures!.Count - certificates} digests";
    }

    private static readonly string[] Demanded = ["PK", "KEK", "db"];
    private static readonly HashSet<string> Names = ["SecureBoot", "PK", "KEK", "db", "dbx", "SetupMode", "AuditMode", "DeployedMode"];
    private const int Pcr = 7;
}
