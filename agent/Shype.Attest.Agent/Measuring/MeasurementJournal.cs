using System.Globalization;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Agent.Measuring;

/// <summary>
/// The log and the PCRs, kept in step: a record is on disk before it is extended. Opening it settles what a crash left between the two; what no crash
/// explains is written down as a gap, once, and never hidden.
/// </summary>
public sealed class MeasurementJournal : IDisposable
{
    private readonly AgentContext _agent;
    private readonly TpmClient _tpm;
    private readonly MeasurementLogFile _log;
    private readonly Lazy<BootContent> _boot;
    private readonly MeasuredHost _host;

    // Per bank, what the PCRs hold and the records explain; null where that is not known.
    private IReadOnlyList<ReplayState>? _settled;

    private MeasurementJournal(AgentContext agent, TpmClient tpm, MeasurementLogFile log, JournalMemory? known)
    {
        (_agent, _tpm, _log) = (agent, tpm, log);
        _host = known?.Host ?? MeasuredHost.Of([]);
        _settled = known?.Settled;
        _boot = new(() => AgentIdentity.BootRecord(agent.Options, log.Identity.BootId));
    }

    /// <summary>The boot that the log is of.</summary>
    public LogIdentity Identity => _log.Identity;

    /// <summary>The records; every one is on disk and extended.</summary>
    public IReadOnlyList<CelRecord> Records => _log.Records;

    /// <summary>When the log was written last.</summary>
    internal DateTimeOffset LastWrite => Records.Count == 0 ? BootTime() : LastWriteOf(_log.Path);

    /// <summary>What the log says about this boot.</summary>
    public MeasuredHost Host
    {
        get
        {
            _host.Follow(_log.Records);
            return _host;
        }
    }

    /// <summary>Opens the log of this boot and settles it.</summary>
    /// <exception cref="MeasurementLogException">The log cannot be trusted, read or written.</exception>
    /// <exception cref="TpmFailedException">The TPM refused or is gone.</exception>
    internal static MeasurementJournal Open(AgentContext agent, TpmClient tpm)
    {
        var bootId = AgentIdentity.ReadBootId(agent.Options.BootId);
        var resets = tpm.Execute(new ReadClockCommand()).Clock.ResetCount;
        // Whatever goes wrong from here on, the next opening reads all.
        var known = agent.Journal;
        agent.Journal = null;
        var log = MeasurementLogFile.Open(agent.Options.Log, new LogIdentity(bootId, resets), known?.Log);
        try
        {
            var journal = new MeasurementJournal(agent, tpm, log, log.IsContinued ? known : null);
            journal.SayWhatWasFound();
            journal.Settle();
            return journal;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>Records and extends. The log's first record, and the first one of another agent binary, is preceded by its boot record.</summary>
    public CelRecord Append(MeasurementContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (Host.Boot?.AgentDigest != _boot.Value.AgentDigest || Host.Boot?.Gate != _boot.Value.Gate)
        {
            AppendAndExtend(_boot.Value);
        }

        return AppendAndExtend(content);
    }

    /// <summary>The CBOR sequence of the records from a number on.</summary>
    public byte[] SequenceFrom(ulong firstRecord) => _log.SequenceFrom(firstRecord);

    /// <inheritdoc/>
    public void Dispose()
    {
        _agent.Journal = _settled is { } settled ? new JournalMemory(_log.Memory, Host, settled) : null;
        _log.Dispose();
    }

    private CelRecord AppendAndExtend(MeasurementContent content)
    {
        CelRecord record;
        try
        {
            record = CelRecord.Create(_log.NextRecord, _agent.Options.Pcrs, _agent.Options.Banks, content);
        }
        catch (RecordFormatException e)
        {
            throw new AgentException(ExitCode.Usage, $"'{content.Type}' cannot be recorded: {e.Message}", e);
        }

        var before = _settled;
        _settled = null;
        _log.Append(record);
        Extend(record);
        _settled = before is null ? null : [.. before.Select(state => state.After(record))];
        return record;
    }

    private void Extend(CelRecord record) => _tpm.Execute(new PcrExtendCommand(
        Handle.Pcr(record.Pcr.Value),
        new DigestValues([.. record.Digests.Select(digest => new HashValue(digest.Algorithm, digest.Value.ToArray()))])));

    private void SayWhatWasFound()
    {
        if (_log.Torn is { } torn)
        {
            _agent.Say($"{_log.Path}: {torn.Length} bytes at the end were no whole record ({torn.Problem}); a crash while writing leaves such. They are kept in {torn.KeptIn}");
        }

        if (_log.Previous is { } previous)
        {
            _agent.Say($"{_log.Path}: begun anew for this boot; the earlier log is kept in {previous}");
        }
    }

    private void Settle()
    {
        var found = ReadPcrs();
        if (_settled is { } known && Compare(known, out _) is { Kind: SettlementKind.Settled } still)
        {
            _settled = still.After;
            return;
        }

        _settled = null;
        var starts = _agent.Options.Banks.Select(bank => ReplayState.Start(bank, _agent.Options.Pcrs)).ToArray();
        var settlement = Compare(JournalBase.Read(_agent.State, Identity, Records, starts), out var problem);
        switch (settlement?.Kind)
        {
            case null:
                throw Unreadable(problem!);
            case SettlementKind.Settled:
                _settled = settlement.After;
                WriteTpmResetDown();
                break;
            case SettlementKind.LastNotExtended:
                Extend(Records[^1]);
                _settled = settlement.After;
                _agent.Say($"record {Records[^1].RecordNumber} was on disk and not yet extended; extended now");
                break;
            case SettlementKind.Gap:
                WriteGapDown(settlement, [.. starts.Select(state => Holding(state, found))]);
                break;
        }

        Settlement? Compare(IReadOnlyList<ReplayState> bases, out RecordProblem? why) => Settlement.Of(bases, Records, (bank, pcr) => found[bank, pcr.Value], out why);
    }

    private void WriteGapDown(Settlement settlement, IReadOnlyList<ReplayState> bases)
    {
        var lost = Records.Count == 0;
        var pcrs = "PCRs " + string.Join(", ", settlement.Differing);
        var gap = new GapContent
        {
            Since = lost ? BootTime() : LastWriteOf(_log.Path),
            AfterRecord = settlement.LastInPlace,
            Reason = lost
                ? $"the log of this boot is lost: {pcrs} hold what no record explains"
                : string.Create(CultureInfo.InvariantCulture, $"{pcrs} do not hold what the {Records.Count} records before this one explain"),
        };
        JournalBase.Write(_agent.State, Identity, bases);
        BeginLog();
        AppendAndExtend(gap);
        _agent.Say($"{_log.Path}: log and TPM do not agree, and no crash explains it: {gap.Reason}. This is recorded as a gap for the verifier to judge");
    }

    // The TPM started anew under a kernel that did not: the log of this very boot was set aside with its PCRs, and what it said is no longer proven.
    private void WriteTpmResetDown()
    {
        var earlier = $"{_log.Path}.boot-{Identity.BootId}-1";
        if (!File.Exists(earlier) || Records.Any(record => record.Measurement is GapContent))
        {
            return;
        }

        BeginLog();
        AppendAndExtend(new GapContent
        {
            Since = LastWriteOf(earlier),
            AfterRecord = 0,
            Reason = "the TPM was reset while this boot went on; the records before that are in an earlier log",
        });
        _agent.Say($"{earlier}: the TPM was reset while this boot went on; recorded as a gap");
    }

    private void BeginLog()
    {
        if (Records.Count == 0)
        {
            AppendAndExtend(_boot.Value);
        }
    }

    private AgentException Unreadable(RecordProblem problem) => new(
        ExitCode.CouldNot,
        $"{_log.Path}: {problem}; " + (problem.Code is RecordProblemCode.WrongPcr or RecordProblemCode.BankMissing
            ? "the log of this boot was begun with other banks or pcrs: set them back, a change takes effect with the next boot"
            : "keep the file, and move it away to begin anew"));

    private PcrBanks ReadPcrs()
    {
        var pcrs = _agent.Options.Pcrs.Distinct().Select(pcr => pcr.Value).ToArray();
        try
        {
            return PcrBanks.Read(_tpm, new PcrSelectionList([.. _agent.Options.Banks.Select(bank => PcrSelection.Of(bank, pcrs))]));
        }
        catch (ArgumentException e)
        {
            throw new AgentException(ExitCode.Usage, $"banks: {e.Message}", e);
        }
    }

    // The state of a log that explains what the PCRs hold now.
    private ReplayState Holding(ReplayState like, PcrBanks found) => new(
        like.Bank,
        like.Plan,
        _log.NextRecord,
        _log.NextRecord == 0 ? null : Identity.BootId,
        [.. like.Pcrs.SelectMany(pcr => found[like.Bank, pcr.Value].ToArray())]);

    private DateTimeOffset BootTime() => _agent.Clock.GetUtcNow() - TimeSpan.FromMilliseconds(Environment.TickCount64);

    private static DateTimeOffset LastWriteOf(string file) => new(File.GetLastWriteTimeUtc(file), TimeSpan.Zero);
}
