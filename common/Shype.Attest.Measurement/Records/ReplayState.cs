using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Records;

/// <summary>
/// How far a host's log has been replayed in one bank, and the PCR values it explains up to there. Never changes: replaying more gives another
/// state. Small (a value for each PCR in use), so that a verifier can keep one for every host.
/// </summary>
public sealed class ReplayState
{
    private readonly IReadOnlyList<PcrIndex> _pcrs;
    private readonly byte[] _values;
    private readonly int _size;

    internal ReplayState(AlgorithmId bank, PcrPlan plan, ulong nextRecord, string? bootId, byte[] values)
    {
        Bank = bank;
        Plan = plan;
        NextRecord = nextRecord;
        BootId = bootId;
        _pcrs = plan.Distinct();
        _size = bank.DigestSize();
        _values = values;
    }

    /// <summary>The bank that is replayed.</summary>
    public AlgorithmId Bank { get; }

    /// <summary>The PCRs that the log uses.</summary>
    public PcrPlan Plan { get; }

    /// <summary>The number that the next record must have.</summary>
    public ulong NextRecord { get; }

    /// <summary>The boot that the log is of; null before its first record.</summary>
    public string? BootId { get; }

    /// <summary>The PCRs that the log explains, ascending.</summary>
    public IReadOnlyList<PcrIndex> Pcrs => _pcrs;

    /// <summary>The value that the log explains for one of <see cref="Pcrs"/>.</summary>
    public ReadOnlySpan<byte> this[PcrIndex pcr] => _values.AsSpan(Slot(pcr) * _size, _size);

    /// <summary>Before the first record: the PCRs as TPM Reset leaves them.</summary>
    public static ReplayState Start(AlgorithmId bank, PcrPlan plan)
    {
        if (!BankAlgorithms.IsAllowed(bank))
        {
            throw new ArgumentException($"records use sha256, sha384 or sha512, not {bank}", nameof(bank));
        }

        return new ReplayState(bank, plan, 0, null, new byte[plan.Distinct().Count * bank.DigestSize()]);
    }

    /// <summary>The state after one more record of this log, made or checked by the caller.</summary>
    /// <exception cref="ArgumentException">Not the record that comes next, or not in this bank.</exception>
    public ReplayState After(CelRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var digest = record.Digest(Bank);
        if (record.RecordNumber != NextRecord || digest.IsEmpty || !_pcrs.Contains(record.Pcr))
        {
            throw new ArgumentException($"record {record.RecordNumber} does not continue the log at {NextRecord} in {Bank.ToText()}", nameof(record));
        }

        var values = (byte[])_values.Clone();
        Extend(values, Slot(record.Pcr), digest.Span);
        return new ReplayState(Bank, Plan, NextRecord + 1, BootId ?? (record.Measurement as BootContent)?.BootId, values);
    }

    /// <summary>The state as bytes, to be kept between processes.</summary>
    public byte[] Encode()
    {
        var writer = FieldWriter.Begin();
        writer.BeginMap();
        writer.UInt(0, StateVersion);
        writer.UInt(1, (ulong)Bank);
        writer.UInt(2, (ulong)Plan.Hypervisor.Value);
        writer.UInt(3, (ulong)Plan.Policy.Value);
        writer.UInt(4, (ulong)Plan.Vm.Value);
        writer.UInt(5, NextRecord);
        writer.OptionalText(6, BootId, "bootId");
        writer.Bytes(7, _values);
        writer.EndMap();
        return writer.Finish();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out ReplayState? state, [NotNullWhen(false)] out RecordProblem? problem)
    {
        var reader = new FieldReader();
        try
        {
            reader.Start(bytes, 0);
            state = Read(reader);
            problem = null;
            return true;
        }
        catch (RecordFormatException e)
        {
            state = null;
            problem = e.Problem;
            return false;
        }
    }

    internal int Slot(PcrIndex pcr)
    {
        for (var i = 0; i < _pcrs.Count; i++)
        {
            if (_pcrs[i] == pcr)
            {
                return i;
            }
        }

        throw new ArgumentException($"PCR {pcr} is not one of the log's ({Plan})", nameof(pcr));
    }

    internal byte[] CopyValues() => (byte[])_values.Clone();

    internal void Extend(byte[] values, int slot, ReadOnlySpan<byte> digest)
    {
        Span<byte> joined = stackalloc byte[128];
        joined = joined[..(2 * _size)];
        var value = values.AsSpan(slot * _size, _size);
        value.CopyTo(joined);
        digest.CopyTo(joined[_size..]);
        Bank.Hash(joined, value);
    }

    private static ReplayState Read(FieldReader reader)
    {
        reader.BeginMap("state", 8);
        if (reader.UInt(0, "version") != StateVersion)
        {
            throw reader.Refuse(RecordProblemCode.UnknownVersion, "the version is unknown");
        }

        var bank = BankAlgorithms.Check(reader, reader.UInt(1, "bank"));
        var plan = new PcrPlan(Pcr(reader, 2), Pcr(reader, 3), Pcr(reader, 4));
        var next = reader.UInt(5, "nextRecord");
        var bootId = reader.OptionalText(6, "bootId");
        var size = plan.Distinct().Count * bank.DigestSize();
        var values = reader.Bytes(7, "values", size, size, "a value for each PCR").ToArray();
        reader.EndFields("state");
        reader.End("state");
        return new ReplayState(bank, plan, next, bootId, values);
    }

    private static PcrIndex Pcr(FieldReader reader, ulong key) =>
        PcrIndex.TryCreate(reader.UInt(key, "pcr"), out var pcr) && PcrPlan.IsUsable(pcr)
            ? pcr
            : throw reader.Refuse(RecordProblemCode.Malformed, "is not a PCR that records may use");

    private const ulong StateVersion = 1;
}
