using Shype.Attest.Agent.Measuring;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Agent;

/// <summary>What the agent makes of a log and of PCRs that may or may not belong to it.</summary>
public sealed class SettlementTests
{
    private static readonly AlgorithmId[] Banks = [AlgorithmId.Sha256, AlgorithmId.Sha384];
    private static readonly IReadOnlyList<CelRecord> Log = SampleLog.Records([SampleLog.Boot(Banks), SampleLog.VmStart(1), SampleLog.VmStart(2)], banks: Banks);

    [Theory]
    [InlineData(3, 3, SettlementKind.Settled)]
    [InlineData(3, 2, SettlementKind.LastNotExtended)]
    [InlineData(1, 0, SettlementKind.LastNotExtended)]
    [InlineData(0, 0, SettlementKind.Settled)]
    [InlineData(3, 1, SettlementKind.Gap)]
    [InlineData(3, 0, SettlementKind.Gap)]
    [InlineData(2, 3, SettlementKind.Gap)]
    [InlineData(0, 1, SettlementKind.Gap)]
    public void L19_only_the_last_record_can_be_on_disk_and_not_extended(int records, int extended, SettlementKind expected) =>
        Assert.Equal(expected, Settle(records, Tpm(extended)).Kind);

    [Fact]
    public void A_gap_says_which_PCRs_differ_and_how_far_the_log_is_proven()
    {
        var behind = Settle(3, Tpm(1));
        Assert.Equal([new PcrIndex(13)], behind.Differing);
        Assert.Equal(0UL, behind.LastInPlace);

        var foreign = Tpm(3);
        foreign[0].Extend(new PcrIndex(11), new byte[32]);
        var extended = Settle(3, foreign);
        Assert.Equal(SettlementKind.Gap, extended.Kind);
        Assert.Equal([new PcrIndex(11)], extended.Differing);
        Assert.Null(extended.LastInPlace);
    }

    [Fact]
    public void One_bank_that_differs_is_a_gap_although_the_other_agrees()
    {
        var tpm = Tpm(3);
        tpm[1] = Tpm(2)[1];
        Assert.Equal(SettlementKind.Gap, Settle(3, tpm).Kind);
    }

    [Fact]
    public void A_log_of_other_PCRs_is_a_problem_and_no_settlement()
    {
        var elsewhere = new PcrPlan(new PcrIndex(8), new PcrIndex(9), new PcrIndex(14));
        var bases = Banks.Select(bank => ReplayState.Start(bank, elsewhere)).ToArray();
        Assert.Null(Settlement.Of(bases, Log, (_, _) => new byte[48], out var problem));
        Assert.Equal(RecordProblemCode.WrongPcr, problem?.Code);
    }

    private static Settlement Settle(int records, PcrBank[] tpm)
    {
        var bases = Banks.Select(bank => ReplayState.Start(bank, PcrPlan.Default)).ToArray();
        var settlement = Settlement.Of(bases, [.. Log.Take(records)], (bank, pcr) => tpm.Single(one => one.Algorithm == bank)[pcr].ToArray(), out var problem);
        Assert.True(settlement is not null, problem?.ToString());
        return settlement;
    }

    private static PcrBank[] Tpm(int extended)
    {
        var banks = Array.ConvertAll(Banks, PcrBank.AtReset);
        foreach (var record in Log.Take(extended))
        {
            foreach (var bank in banks)
            {
                bank.Extend(record.Pcr, record.Digest(bank.Algorithm).Span);
            }
        }

        return banks;
    }
}
