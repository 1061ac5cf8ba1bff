using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Ima;

/// <summary>What to look for in a list that stands alone.</summary>
public sealed record ImaQuestions
{
    /// <summary>The keys that signatures are checked with.</summary>
    public IReadOnlyList<ImaKey> Keys { get; init; } = [];

    /// <summary>Whether keys were given, so that signatures are findings.</summary>
    public bool CheckSignatures { get; init; }

    /// <summary>The PCR values at boot; empty where they are not known.</summary>
    public IReadOnlyList<PcrBank> BootPcrs { get; init; } = [];

    /// <summary>The value of PCR 10 that was quoted, and its bank.</summary>
    public (AlgorithmId Bank, ReadOnlyMemory<byte> Value)? Quoted { get; init; }
}

/// <summary>A whole list that was read and replayed. It proves nothing by itself: only what a quote reaches was measured.</summary>
public sealed class ImaList
{
    private ImaList(IReadOnlyList<ImaEntry> entries, IReadOnlyList<ImaPcr> pcrs, IReadOnlyList<ImaFinding> findings, int findingCount, (int Entries, ImaDigestStyle Style)? quoted) =>
        (Entries, Pcrs, Findings, FindingCount, Quoted) = (entries, pcrs, findings, findingCount, quoted);

    /// <summary>The entries.</summary>
    public IReadOnlyList<ImaEntry> Entries { get; }

    /// <summary>PCR 10 after all entries, in each bank and each way that kernels extend it.</summary>
    public IReadOnlyList<ImaPcr> Pcrs { get; }

    /// <summary>What was found, up to <see cref="MeasurementLimits.MaxFindings"/>.</summary>
    public IReadOnlyList<ImaFinding> Findings { get; }

    /// <summary>How much was found.</summary>
    public int FindingCount { get; }

    /// <summary>How many entries the quoted value covers, and in which way it was extended; null where none was given or none is reached.</summary>
    public (int Entries, ImaDigestStyle Style)? Quoted { get; }

    /// <summary>Whether something speaks against the list itself: it was edited, does not reach the quote, is of another boot, or a signature does not hold.</summary>
    public bool IsRefused { get; private init; }

    /// <summary>The banks that are replayed.</summary>
    public static IReadOnlyList<AlgorithmId> Banks { get; } = [AlgorithmId.Sha1, AlgorithmId.Sha256, AlgorithmId.Sha384, AlgorithmId.Sha512];

    /// <summary>Reads a list, binary or printed, up to its end or to what is no entry; false where it is no list at all.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, ImaQuestions questions, [NotNullWhen(true)] out ImaList? list, [NotNullWhen(false)] out LogProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(questions);
        list = null;
        if (bytes.IsEmpty || bytes.Length > MeasurementLimits.MaxImaListBytes)
        {
            problem = new LogProblem("list", 0, bytes.IsEmpty ? "is empty"
                : $"{bytes.Length} bytes, {MeasurementLimits.MaxImaListBytes} are allowed ({nameof(MeasurementLimits.MaxImaListBytes)})");
            return false;
        }

        if (ImaAscii.IsAscii(bytes.Span))
        {
            if (!ImaAscii.TryConvert(bytes.Span, out var binary, out problem))
            {
                return false;
            }

            bytes = binary;
        }

        list = new Run(questions).Read(bytes);
        problem = null;
        return true;
    }

    private sealed class Run(ImaQuestions questions)
    {
        private readonly ImaPcr[] _pcrs =
        [
            .. Banks.Select(bank => new ImaPcr(bank, ImaDigestStyle.Hashed)),
            .. Banks.Where(bank => bank != AlgorithmId.Sha1).Select(bank => new ImaPcr(bank, ImaDigestStyle.Padded)),
        ];

        private readonly List<ImaEntry> _entries = [];
        private readonly List<ImaFinding> _findings = [];
        private int _findingCount;
        private bool _isRefused;
        private (int Entries, ImaDigestStyle Style)? _quoted;

        public ImaList Read(ReadOnlyMemory<byte> bytes)
        {
            var reader = new ImaListReader(bytes);
            var judge = new ImaJudge(ImaRuleSet.None.WithKeys(questions.Keys), questions.BootPcrs, questions.CheckSignatures);
            Span<byte> sha1 = stackalloc byte[ImaEntry.LegacyDigestSize];
            LookForQuoted();
            while (!reader.AtEnd)
            {
                if (!reader.TryRead(out var entry, out var problem))
                {
                    SayBroken(reader.Next, bytes.Span[reader.Offset..], problem);
                    break;
                }

                entry.HashContent(AlgorithmId.Sha1, sha1);
                judge.Judge(entry, sha1, Add);
                Extend(entry, sha1);
                _entries.Add(entry);
                LookForQuoted();
            }

            SayQuoted();
            return new ImaList(_entries, _pcrs, _findings, _findingCount, _quoted) { IsRefused = _isRefused };
        }

        private void SayBroken(int entry, ReadOnlySpan<byte> rest, LogProblem problem)
        {
            Add(new(rest.Length < ImaListReader.HeadSize ? ImaFindingCode.Truncated : ImaFindingCode.Malformed, entry, null, problem.ToString()));
            if (rest.Length >= ImaListReader.HeadSize && !rest[sizeof(uint)..ImaListReader.HeadSize].ContainsAnyExcept((byte)0))
            {
                Add(new(ImaFindingCode.Violation, entry, null, "the entry that cannot be read is marked as a violation"));
            }
        }

        private void Extend(in ImaEntry entry, ReadOnlySpan<byte> sha1)
        {
            if (entry.Pcr != ImaPcr.Usual)
            {
                Add(new(ImaFindingCode.OtherPcr, entry.Index, entry.Name, $"the list says that it was extended into PCR {entry.Pcr}; PCR 10 says nothing about it"));
                return;
            }

            foreach (var pcr in _pcrs)
            {
                pcr.Extend(entry, sha1);
            }
        }

        // The last place that has the value: a value that stays is one of entries of other PCRs.
        private void LookForQuoted()
        {
            if (questions.Quoted is var (bank, value))
            {
                foreach (var pcr in _pcrs)
                {
                    if (pcr.Bank == bank && pcr.Value.SequenceEqual(value.Span))
                    {
                        _quoted = (_entries.Count, pcr.Style);
                    }
                }
            }
        }

        private void SayQuoted()
        {
            if (questions.Quoted is not var (bank, value))
            {
                return;
            }

            if (_quoted is not { } quoted)
            {
                Add(new(ImaFindingCode.QuoteNotReached, null, null, $"no part of the list leads to the quoted value of {bank.ToText()}: entries are missing, or were edited",
                    Convert.ToHexStringLower(value.Span), Convert.ToHexStringLower(Array.Find(_pcrs, pcr => pcr.Bank == bank)!.Value)));
            }
            else if (quoted.Entries < _entries.Count)
            {
                Add(new(ImaFindingCode.NotYetQuoted, quoted.Entries, null, $"{_entries.Count - quoted.Entries} entries from here on are not yet quoted: nothing about them is proven"));
            }
        }

        private void Add(ImaFinding finding)
        {
            _findingCount++;
            _isRefused |= finding.Code is ImaFindingCode.Malformed or ImaFindingCode.TemplateHashMismatch or ImaFindingCode.QuoteNotReached or ImaFindingCode.BootAggregateMismatch
                or ImaFindingCode.BufferMismatch or ImaFindingCode.SignatureInvalid or ImaFindingCode.SignatureMalformed;
            // What is said of the whole list is said last, and always.
            if (_findings.Count < MeasurementLimits.MaxFindings || finding.Code is ImaFindingCode.QuoteNotReached or ImaFindingCode.NotYetQuoted)
            {
                _findings.Add(finding);
            }
        }
    }
}
