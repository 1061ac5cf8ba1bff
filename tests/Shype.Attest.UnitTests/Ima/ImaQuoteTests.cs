using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Tpm.Types;
using Xunit;
using static Shype.Attest.UnitTests.Ima.ImaLists;

namespace Shype.Attest.UnitTests.Ima;

/// <summary>How far a quoted value reaches into a list, and whether the list is of the quoted boot.</summary>
public sealed class ImaQuoteTests
{
    private static readonly AlgorithmId[] Banks = [AlgorithmId.Sha1, AlgorithmId.Sha256, AlgorithmId.Sha384];

    [Theory]
    [InlineData(ImaDigestStyle.Hashed)]
    [InlineData(ImaDigestStyle.Padded)]
    public void A_value_quoted_before_the_list_was_read_is_found_and_the_rest_is_not_yet_quoted(ImaDigestStyle style)
    {
        var (bytes, values) = Grow(style, 20);
        foreach (var bank in Banks)
        {
            for (var covered = 0; covered <= 20; covered++)
            {
                var list = Read(bytes, new() { Quoted = (bank, values[covered][bank]) });
                Assert.Equal(covered, list.Quoted!.Value.Entries);
                Assert.Equal(covered < 20, Codes(list).Contains(ImaFindingCode.NotYetQuoted));
                Assert.True(bank == AlgorithmId.Sha1 || covered == 0 || list.Quoted!.Value.Style == style);
            }
        }
    }

    [Fact]
    public void L13_a_value_that_no_part_of_the_list_has_is_a_list_that_was_edited()
    {
        var (bytes, values) = Grow(ImaDigestStyle.Hashed, 20);
        var list = Read(bytes.AsMemory(0, Read(bytes).Entries[10].Offset), new() { Quoted = (AlgorithmId.Sha256, values[20][AlgorithmId.Sha256]) });
        Assert.Null(list.Quoted);
        Assert.Contains(ImaFindingCode.QuoteNotReached, Codes(list));
        Assert.True(list.IsRefused);
    }

    [Fact]
    public void An_entry_of_another_PCR_is_said_and_not_replayed()
    {
        var (bytes, values) = Grow(ImaDigestStyle.Hashed, 3);
        bytes[Read(bytes).Entries[2].Offset] = 11;
        var list = Read(bytes, new() { Quoted = (AlgorithmId.Sha256, values[2][AlgorithmId.Sha256]) });
        Assert.Contains(list.Findings, finding => finding is { Code: ImaFindingCode.OtherPcr, Entry: 2 });
        Assert.NotNull(list.Quoted);
    }

    [Theory]
    [InlineData(AlgorithmId.Sha256, AlgorithmId.Sha256, 10)]
    [InlineData(AlgorithmId.Sha1, AlgorithmId.Sha1, 8)]
    [InlineData(AlgorithmId.Sha256, AlgorithmId.Sha1, 8)]
    [InlineData(AlgorithmId.Sha256, AlgorithmId.Sha256, 8)]
    public void The_boot_aggregate_of_every_kernel_is_recognised(AlgorithmId hash, AlgorithmId bank, int pcrs)
    {
        var boot = Boot();
        var writer = new ImaListWriter(Banks);
        writer.AddFile("boot_aggregate", hash, ImaBootAggregate.Compute(hash, boot.First(values => values.Algorithm == bank), pcrs));
        Assert.Empty(Read(writer.ToArray(), new() { BootPcrs = boot }).Findings);
    }

    [Fact]
    public void L11_a_boot_aggregate_of_another_boot_is_refused_with_both_values()
    {
        var writer = new ImaListWriter(Banks);
        writer.AddBootAggregate(PcrBank.AtReset(AlgorithmId.Sha256));
        var list = Read(writer.ToArray(), new() { BootPcrs = Boot() });
        var finding = Assert.Single(list.Findings);
        Assert.Equal(ImaFindingCode.BootAggregateMismatch, finding.Code);
        Assert.NotEqual(finding.Expected, finding.Found);
        Assert.True(list.IsRefused);
    }

    [Fact]
    public void A_boot_aggregate_over_a_bank_that_is_not_known_is_not_checked()
    {
        var writer = new ImaListWriter(Banks);
        writer.AddFile("boot_aggregate", AlgorithmId.Sha512, AlgorithmId.Sha512.Hash("PCRs"u8));
        Assert.Equal([ImaFindingCode.BootAggregateNotChecked], Codes(Read(writer.ToArray(), new() { BootPcrs = [Boot()[1]] })));
    }

    private static PcrBank[] Boot()
    {
        var banks = Banks.Select(PcrBank.AtReset).ToArray();
        foreach (var bank in banks)
        {
            for (var pcr = 0; pcr < 10; pcr++)
            {
                bank.Extend(new PcrIndex(pcr), bank.Algorithm.Hash([(byte)pcr]));
            }
        }

        return banks;
    }

    private static (byte[] List, IReadOnlyList<Dictionary<AlgorithmId, byte[]>> Values) Grow(ImaDigestStyle style, int entries)
    {
        var (writer, tpm) = (new ImaListWriter(Banks, style), Banks.Select(PcrBank.AtReset).ToArray());
        List<Dictionary<AlgorithmId, byte[]>> values = [tpm.ToDictionary(bank => bank.Algorithm, bank => bank[ImaPcr.Usual].ToArray())];
        for (var i = 0; i < entries; i++)
        {
            var digests = i == 0 ? writer.AddFile("boot_aggregate", AlgorithmId.Sha256, new byte[32])
                : i % 7 == 0 ? writer.AddViolation($"/violated/{i}")
                : writer.AddFile($"/bin/{i}", AlgorithmId.Sha256, AlgorithmId.Sha256.Hash([(byte)i]));
            foreach (var bank in tpm)
            {
                bank.Extend(ImaPcr.Usual, digests.First(digest => digest.Algorithm == bank.Algorithm).Value.Span);
            }

            values.Add(tpm.ToDictionary(bank => bank.Algorithm, bank => bank[ImaPcr.Usual].ToArray()));
        }

        return (writer.ToArray(), values);
    }
}
