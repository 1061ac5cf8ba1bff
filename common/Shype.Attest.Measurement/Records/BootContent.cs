using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Records;

/// <summary>"boot": the first record of a log, and again when another agent binary, or one with another gate, goes on with it.</summary>
public sealed record BootContent : MeasurementContent
{
    /// <summary>From its fields.</summary>
    public BootContent()
    {
    }

    [SetsRequiredMembers]
    private BootContent(FieldReader reader)
    {
        BootId = reader.Text(0, "bootId");
        AgentVersion = reader.Text(1, "agentVersion");
        AgentDigest = reader.Digest(2, "agentDigest");
        Banks = reader.List(3, "banks", MeasurementLimits.MaxBanks, BankAlgorithms.Read);
        reader.Need(4, "pcrs");
        reader.BeginArrayOf(3, "pcrs");
        Pcrs = new PcrPlan(ReadPcr(reader), ReadPcr(reader), ReadPcr(reader));
        reader.Leave();
        Gate = reader.Text(5, "gate") switch
        {
            EnforceText => GateMode.Enforce,
            ObserveText => GateMode.Observe,
            _ => throw reader.Refuse(RecordProblemCode.Malformed, "is neither enforce nor observe"),
        };
    }

    /// <inheritdoc/>
    public override string Type => ContentTypes.Boot;

    /// <inheritdoc/>
    public override PcrRole Role => PcrRole.Hypervisor;

    /// <summary>The kernel's random id of this boot.</summary>
    public required string BootId { get; init; }

    /// <summary>Version of the agent.</summary>
    public required string AgentVersion { get; init; }

    /// <summary>Digest of the agent's binary, as it says itself.</summary>
    public required MeasuredDigest AgentDigest { get; init; }

    /// <summary>The banks that records are extended into.</summary>
    public required IReadOnlyList<AlgorithmId> Banks { get; init; }

    /// <summary>The PCRs in use.</summary>
    public required PcrPlan Pcrs { get; init; }

    /// <summary>What the launch gate does.</summary>
    public required GateMode Gate { get; init; }

    internal static BootContent Read(FieldReader reader) => new(reader);

    internal override void WriteFields(FieldWriter writer)
    {
        writer.Text(0, BootId, "bootId");
        writer.Text(1, AgentVersion, "agentVersion");
        writer.Digest(2, AgentDigest, "agentDigest");
        writer.List(3, Banks, "banks", MeasurementLimits.MaxBanks, nameof(MeasurementLimits.MaxBanks), BankAlgorithms.Write);
        writer.Key(4);
        writer.BeginArray(3);
        writer.UInt((ulong)Pcrs.Hypervisor.Value);
        writer.UInt((ulong)Pcrs.Policy.Value);
        writer.UInt((ulong)Pcrs.Vm.Value);
        writer.EndArray();
        writer.Text(5, Gate == GateMode.Enforce ? EnforceText : ObserveText, "gate");
    }

    private static PcrIndex ReadPcr(FieldReader reader) =>
        PcrIndex.TryCreate(reader.UInt("pcrs"), out var pcr) && PcrPlan.IsUsable(pcr)
            ? pcr
            : throw reader.Refuse(RecordProblemCode.Malformed, "is not a PCR that records may use (8, 9, 11 to 15)");

    private const string EnforceText = "enforce";
    private const string ObserveText = "observe";
}
