using System.Text;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Measurement;

/// <summary>L17: what CBOR allows and deterministic CBOR, or our schema, does not.</summary>
public sealed class StrictCborTests
{
    // vm-stop: [ "vm-stop", 1, { 0: uuid, 1: "shutdown" } ]
    private const string Head = "83 67 766d2d73746f70 01";
    private const string Uuid = "50 000102030405060708090a0b0c0d0e0f";
    private const string Reason = "68 73687574646f776e";

    [Theory]
    [InlineData(Head + "a2 00" + Uuid + "01" + Reason, null)]
    [InlineData(Head + "a2 00" + Uuid + "01" + Reason + "00", "left over")]
    [InlineData("9f 67 766d2d73746f70 01 a2 00" + Uuid + "01" + Reason + "ff", "")] // indefinite array
    [InlineData(Head + "bf 00" + Uuid + "01" + Reason + "ff", "")] // indefinite map
    [InlineData(Head + "a2 00" + Uuid + "01 7f 64 73687574 64 646f776e ff", "")] // indefinite text
    [InlineData(Head + "a2 00 5f 50 000102030405060708090a0b0c0d0e0f ff 01" + Reason, "")] // indefinite bytes
    [InlineData(Head + "a3 00" + Uuid + "00" + Uuid + "01" + Reason, "")] // duplicate key
    [InlineData(Head + "a2 01" + Reason + "00" + Uuid, "")] // keys not sorted
    [InlineData(Head + "a3 00" + Uuid + "01" + Reason + "02 00", "field 2 is unknown")]
    [InlineData(Head + "a1 00" + Uuid, "field 1 is missing")]
    [InlineData("83 67 766d2d73746f70 1801 a2 00" + Uuid + "01" + Reason, "")] // 1 in two bytes
    [InlineData("83 7807 766d2d73746f70 01 a2 00" + Uuid + "01" + Reason, "")] // length 7 in two bytes
    [InlineData("83 67 766d2d73746f70 f93c00 a2 00" + Uuid + "01" + Reason, "")] // version as float 1.0
    [InlineData("83 67 766d2d73746f70 20 a2 00" + Uuid + "01" + Reason, "")] // version -1
    [InlineData("83 67 766d2d73746f70 c101 a2 00" + Uuid + "01" + Reason, "")] // tagged
    [InlineData("83 67 766d2d73746f70 c24101 a2 00" + Uuid + "01" + Reason, "")] // bignum
    [InlineData(Head + "a2 00" + Uuid + "01 68 73687574646f77ff", "")] // invalid UTF-8
    [InlineData(Head + "a2 00" + Uuid + "01 63 eda080", "")] // surrogate in UTF-8
    [InlineData(Head + "a2 00" + Uuid + "01 60", "empty")]
    [InlineData(Head + "a2 00" + Uuid + "01 f6", "")] // null
    [InlineData(Head + "a2 00 4f 000102030405060708090a0b0c0d0e 01" + Reason, "15 bytes")]
    [InlineData(Head + "a2 00" + Uuid + "01 7b 7fffffffffffffff", "")] // 2^63 bytes of text
    [InlineData(Head + "bb ffffffffffffffff", "")] // 2^64 entries
    [InlineData(Head + "a2 00" + Uuid + "1818" + Reason, "field 1 is missing, 24 found")]
    public void L17_only_the_one_deterministic_form_is_read(string hex, string? expected)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var read = MeasurementContent.TryDecode(bytes, out var content, out var problem);

        Assert.Equal(expected is null, read);
        if (expected is null)
        {
            Assert.Equal(bytes, content!.Encode());
            return;
        }

        Assert.Contains(expected, problem!.Problem, StringComparison.Ordinal);
        Assert.InRange(problem.Offset, 0, bytes.Length);
    }

    [Theory]
    [InlineData("a1 0b 5820 D32", null)]
    [InlineData("a2 0b 5820 D32 0c 5830 D48", null)]
    [InlineData("a0", "BankMissing")]
    [InlineData("a2 0b 5820 D32 0b 5820 D32", "is there twice")]
    [InlineData("a2 0c 5830 D48 0b 5820 D32", "stands after")]
    [InlineData("a1 0b 5830 D48", "48 bytes")]
    [InlineData("a1 0b 581f D31", "31 bytes")]
    [InlineData("a1 04 54 D20", "algorithm 0x4")] // SHA-1
    [InlineData("a1 12 5820 D32", "algorithm 0x12")] // SM3
    [InlineData("a1 1b ffffffffffffffff 5820 D32", "algorithm 0xffffffffffffffff")]
    [InlineData("a1 20 5820 D32", "negative")]
    public void L17_digests_are_of_known_banks_ascending_and_once(string digests, string? expected)
    {
        var content = SampleLog.Boot(AlgorithmId.Sha256).Encode();
        var hex = (digests
            .Replace("D20", new string('0', 40), StringComparison.Ordinal)
            .Replace("D31", new string('0', 62), StringComparison.Ordinal)
            .Replace("D32", Convert.ToHexString(AlgorithmId.Sha256.Hash(content)), StringComparison.Ordinal)
            .Replace("D48", Convert.ToHexString(AlgorithmId.Sha384.Hash(content)), StringComparison.Ordinal))
            .Replace(" ", "", StringComparison.Ordinal);
        byte[] bytes = [0xa4, 0x00, 0x00, 0x01, 0x0b, 0x03, .. Convert.FromHexString(hex), 0x19, 0x53, 0x48, 0x58, (byte)content.Length, .. content];

        var read = LogReplay.TryReplay(ReplayState.Start(AlgorithmId.Sha256, PcrPlan.Default), bytes, out _, out _, out var problems);
        Assert.Equal(expected is null, read);
        if (expected is not null)
        {
            var problem = Assert.Single(problems);
            Assert.Contains(expected, $"{problem.Code} {problem.Problem}", StringComparison.Ordinal);
        }
    }

    [Fact]
    public void L17_nesting_of_10_000_is_refused_without_recursion()
    {
        var deep = Enumerable.Repeat((byte)0x81, 10_000).ToArray();
        Assert.False(MeasurementContent.TryDecode(deep, out _, out _));
        Assert.False(CelRecord.TryDecode(deep, out _, out _));
        var inside = Convert.FromHexString((Head + "a2 00").Replace(" ", "", StringComparison.Ordinal)).Concat(deep).ToArray();
        Assert.False(MeasurementContent.TryDecode(inside, out _, out _));
    }

    [Fact]
    public void L17_a_problem_names_member_and_offset()
    {
        var bytes = (SampleLog.VmStart(1) with { Name = "NAME" }).Encode();
        var at = bytes.AsSpan().IndexOf("NAME"u8);
        bytes[at] = 0xff;

        Assert.False(MeasurementContent.TryDecode(bytes, out _, out var problem));
        Assert.Equal(("name", at - 1), (problem.Member, problem.Offset));
        Assert.StartsWith($"name at byte {at - 1}: ", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Envelope_problems_count_from_the_start_of_the_sequence()
    {
        var records = SampleLog.Records(SampleLog.EveryType);
        var bytes = SampleLog.Sequence(records);
        var before = records[0].Encoded.Length + records[1].Encoded.Length;
        var text = bytes.AsSpan(before).IndexOf(Encoding.UTF8.GetBytes("example.chwall_ste"));
        bytes[before + text] = 0x0a;

        var start = ReplayState.Start(AlgorithmId.Sha256, PcrPlan.Default);
        Assert.False(LogReplay.TryReplay(start, bytes, out _, out _, out var problems));
        var problem = Assert.Single(problems);
        Assert.Equal((RecordProblemCode.TextNotAllowed, "name", 2UL), (problem.Code, problem.Member, problem.Record));
        Assert.Equal(before + text - 1, problem.Offset);
    }
}
