using System.Text;
using System.Text.Json;
using CsCheck;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Measurement;

public sealed class CanonicalEventLogTests
{
    // As systemd writes it: JSON-SEQ, no recnum. The digest of the first is that of the string on any machine; a volume key's is an HMAC of it.
    internal static readonly byte[] Systemd = Encoding.UTF8.GetBytes(
        "\u001e{\"pcr\":7,\"digests\":[{\"hashAlg\":\"sha256\",\"digest\":\"ff5b9d73dad709633ae76adf444012b57e913a12ed7403c3931145862f35f841\"}],\"content_type\":\"systemd\",\"content\":{\"string\":\"os-separator\",\"bootId\":\"189c18dd7ba245f38cf49d9ac154b525\",\"timestamp\":1515761,\"eventType\":\"os-separator\"}}\n"
        + $"\u001e{{\"pcr\":15,\"digests\":[{{\"hashAlg\":\"sha256\",\"digest\":\"{new string('a', 64)}\"}}],\"content_type\":\"systemd\",\"content\":{{\"string\":\"cryptsetup:root:5e47a9db\",\"bootId\":\"189c18dd7ba245f38cf49d9ac154b525\",\"timestamp\":12236888,\"eventType\":\"volume-key\"}}}}\n");

    internal static readonly byte[] Cos = Log(CelContentType.Cos, [[.. Nested(0, "docker.io/library/app:1")], [.. Nested(4, "--verbose")], [.. Nested(8, "")]]);

    // Every content type, every register, two banks.
    internal static readonly byte[] Everything =
    [
        .. Record(0, 1, [13], CelContentType.Management, [.. Nested(1, [0, 0, 0, 0, 2, 0, 1, 1, 0, 0, 0, 2, 0, 0]), .. Nested(2, ""), .. Nested(80, new byte[8]), .. Nested(81, [2])]),
        .. Record(1, 1, [9], CelContentType.PcClient, [.. Nested(0, [0x80, 0, 0, 6]), .. Nested(1, "GPT")], covered: "GPT"u8.ToArray()),
        .. Record(2, 1, [10], CelContentType.ImaTemplate, [.. Nested(0, "ima-ng"), .. Nested(1, "data")], covered: "data"u8.ToArray()),
        .. Record(3, 2, [1, 0xc0, 0, 2], CelContentType.ImaTlv, [.. Nested(0, "/bin/sh"), .. Nested(1, new byte[32]), .. Nested(9, "later")]),
        .. Record(4, 1, [11], CelContentType.Systemd, [.. Nested(0, [0]), .. Nested(1, new byte[8]), .. Nested(2, new byte[16]), .. Nested(3, "enter-initrd")], covered: "enter-initrd"u8.ToArray()),
        .. Record(5, 108, [4], CelContentType.Cos, [.. Nested(1, "sha256:00")]),
        .. Record(6, 1, [23], (CelContentType)200, [1, 2, 3]),
    ];

    [Fact]
    public void The_log_of_systemd_is_read_and_only_its_string_is_covered()
    {
        var log = Read(Systemd);
        Assert.Equal((CelFormat.JsonSequence, 2), (log.Format, log.Events.Count));
        Assert.Equal([CelCoverage.MeasuredString, CelCoverage.Nothing], log.Events.Select(read => read.Covered));
        Assert.Null(log.Events[0].RecordNumber);
        var expected = AlgorithmId.Sha256.Hash([.. new byte[32], .. Convert.FromHexString("ff5b9d73dad709633ae76adf444012b57e913a12ed7403c3931145862f35f841")]);
        Assert.Equal(expected, log.Replay(AlgorithmId.Sha256)[new CelRegister(CelRegisterKind.Pcr, 7)]);
        Assert.Empty(log.Findings);
    }

    [Fact]
    public void Whether_a_record_separator_or_a_line_parts_them_is_all_one()
    {
        var lines = Read([.. Systemd.Where(octet => octet != 0x1e)]);
        Assert.Equal(Read(Systemd).Events.Select(read => read.Content.Fields.Count), lines.Events.Select(read => read.Content.Fields.Count));
        Assert.Equal(Read(Systemd).Replay(AlgorithmId.Sha256).Values, lines.Replay(AlgorithmId.Sha256).Values);
    }

    [Fact]
    public void The_log_of_COS_is_covered_whole_up_to_its_separator()
    {
        var log = Read(Cos);
        Assert.Equal(CelFormat.Tlv, log.Format);
        Assert.All(log.Events, read => Assert.Equal(CelCoverage.All, read.Covered));
        Assert.Empty(log.Findings);
        var after = Read(Log(CelContentType.Cos, [[.. Nested(8, "")], [.. Nested(4, "--later")]]));
        Assert.Equal([CelFindingCode.AfterLaunchSeparator], after.Findings.Select(finding => finding.Code));
    }

    [Fact]
    public void A_changed_content_is_covered_by_nothing()
    {
        foreach (var read in Read(Everything).Events.Where(read => read.Content.Fields.Count > 0))
        {
            var altered = read.Content.Fields.Select(field => new CelField(field.Number, (byte[])[.. field.Value.Span, (byte)'!'])).ToArray();
            Assert.Equal(CelCoverage.Nothing, new CanonicalEvent(0, 0, null, read.Register, read.Digests, CelContent.Of(read.Content.Type, altered)).Covered);
        }

        var cos = Cos.AsSpan().IndexOf("verbose"u8);
        Assert.Equal([CelCoverage.All, CelCoverage.Nothing, CelCoverage.All], Read([.. Cos[..cos], (byte)'V', .. Cos[(cos + 1)..]]).Events.Select(read => read.Covered));
    }

    [Fact]
    public void A_firmware_events_type_and_an_IMA_templates_name_are_never_covered() =>
        Assert.Equal(
            [CelCoverage.All, CelCoverage.EventData, CelCoverage.TemplateData, CelCoverage.All, CelCoverage.MeasuredString, CelCoverage.All, CelCoverage.All],
            Read(Everything).Events.Select(read => read.Covered));

    [Fact]
    public void Digests_of_which_one_covers_the_content_and_one_does_not_contradict()
    {
        var good = Read(Cos).Events[0];
        var log = Read(Log(CelContentType.Cos, [good.Content.Value.ToArray()], spoil: AlgorithmId.Sha384));
        Assert.Equal(CelCoverage.Contradictory, log.Events[0].Covered);
        Assert.Equal([CelFindingCode.DigestsContradict], log.Findings.Select(finding => finding.Code));
    }

    [Fact]
    public void A_register_with_an_event_that_a_bank_has_no_digest_for_is_not_replayed_in_it()
    {
        var log = Read([.. Record(0, 1, [13], CelContentType.Cos, [.. Nested(0, "a")]), .. Record(1, 1, [13], CelContentType.Cos, [.. Nested(0, "b")], banks: [AlgorithmId.Sha256])]);
        Assert.Single(log.Replay(AlgorithmId.Sha256));
        Assert.Empty(log.Replay(AlgorithmId.Sha384));
        Assert.Equal([CelFindingCode.DigestMissing], log.Findings.Select(finding => finding.Code));
    }

    [Fact]
    public void What_is_for_the_reader_only_is_not_extended()
    {
        var log = Read([.. Record(0, 1, [0], CelContentType.PcClient, [.. Nested(0, [3]), .. Nested(1, "StartupLocality")])]);
        Assert.Empty(log.Replay(AlgorithmId.Sha256));
        Assert.Equal([CelFindingCode.NoMeasurements], log.Findings.Select(finding => finding.Code));
    }

    [Theory]
    [InlineData(CelFormat.Tlv)]
    [InlineData(CelFormat.Json)]
    [InlineData(CelFormat.JsonSequence)]
    [InlineData(CelFormat.Cbor)]
    public void Every_form_says_the_same(CelFormat format)
    {
        foreach (var original in (byte[][])[Everything, Cos, Systemd])
        {
            var log = Read(original);
            var again = Read(log.Write(format));
            Assert.Equal(format, again.Format);
            Same(log, again);
        }
    }

    [Fact]
    public void Any_log_survives_every_form() => Events.Array[0, 6].Sample(events =>
    {
        var log = new CanonicalEventLog(CelFormat.Tlv, [.. events.Select((read, index) => new CanonicalEvent(index, 0, (ulong)index, read.Register, read.Digests, read.Content))], []);
        foreach (var format in Enum.GetValues<CelFormat>().Where(_ => events.Length > 0))
        {
            Same(log, Read(log.Write(format)));
        }
    });

    [Theory]
    [InlineData("[]x", "line 1, record 0 JSON at byte")]
    [InlineData("[{\"pcr\":1,\n\"pcr\":2}]", "line 2, record 0 pcr at byte 11: is there twice")]
    [InlineData("[{\"pcr\":24}]", "record 0 register at byte 8: Pcr 24 is not one")]
    [InlineData("[{\"pcr\":1,\"nv_index\":2}]", "a record has one register")]
    [InlineData("[{\"pcr\":1}]", "content_type at byte 1: is missing")]
    [InlineData("[{\"content_type\":4,\"content\":\"\"}]", "pcr at byte 1: is missing")]
    [InlineData("[{\"pcr\":1,\"content_type\":5,\"content\":{\"event_type\":3}}]", "content event_data at byte 37: is missing")]
    [InlineData("[{\"pcr\":1,\"content_type\":5,\"content\":{\"event_type\":4294967296,\"event_data\":\"\"}}]", "a number of 4 bytes is needed")]
    [InlineData("[{\"pcr\":1,\"content_type\":80,\"content\":\"0\"}]", "hexadecimal digits are needed")]
    [InlineData("[{\"pcr\":1,\"content_type\":80,\"content\":\"\"}]", "one event is needed, 0 found")]
    [InlineData("[{\"pcr\":1,\"content_type\":\"cel\",\"content\":{\"type\":\"nonsense\"}}]", "an entry or an array of entries is needed")]
    [InlineData("[{\"pcr\":1,\"digests\":[{\"hashAlg\":\"sha256\",\"digest\":\"00\"}]}]", "sha256 has 32 bytes, 1 found")]
    [InlineData("[{\"pcr\":1,\"digests\":[{\"hashAlg\":\"sha256\"}]}]", "hashAlg and digest are needed")]
    [InlineData("[[[[[[[[[[1]]]]]]]]]]", "StartObject is needed, StartArray found")]
    [InlineData("{\"pcr\":1,\"x\":[[[[[[[[[1]]]]]]]]]}", "nested too deep")]
    [InlineData("{\"pcr\":1,\"content_type\":\"\\ud800\"}", "record 0 JSON")]
    [InlineData("{\"pcr\":1,\u001e\"content_type\":5}", "is not well-formed JSON")]
    [InlineData("hello", "is not a canonical event log")]
    [InlineData("", "is not a canonical event log")]
    public void What_is_malformed_is_refused_with_its_place(string json, string problem)
    {
        Assert.False(CanonicalEventLog.TryParse(Encoding.UTF8.GetBytes(json), out _, out var found));
        Assert.Contains(problem, found.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00", "type and length need 5 bytes, 1 left")]
    [InlineData("0000000001", "the length is 1, but only 0 bytes are left")]
    [InlineData("00ffffffff", "the length is 4294967295")]
    [InlineData("000000000000", "1 to 8 bytes is needed")]
    [InlineData("000000000100050000000101", "pcr (1), nv_index (2) or ccmr (108) is needed")]
    [InlineData("00000000010001000000010104000000 00", "type 3 is needed, 4 found")]
    [InlineData("000000000100010000000101030000000604000000 0100", "sha1 has 20 bytes, 1 found")]
    [InlineData("0000000001000100000001010300000000 0500000000", "event_type at byte 22: is missing")]
    public void Malformed_TLV_is_refused_with_its_byte(string hex, string problem)
    {
        Assert.False(CanonicalEventLog.TryParse(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), out _, out var found));
        Assert.Contains(problem, found.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bounds_hold_at_the_bound_and_one_above()
    {
        Assert.True(CanonicalEventLog.TryParse(Content(MeasurementLimits.MaxCelContentBytes), out _, out _));
        Assert.False(CanonicalEventLog.TryParse(Content(MeasurementLimits.MaxCelContentBytes + 1), out _, out var problem));
        Assert.Contains(nameof(MeasurementLimits.MaxCelContentBytes), problem.ToString(), StringComparison.Ordinal);
        Assert.True(CanonicalEventLog.TryParse(Fields(MeasurementLimits.MaxCelFields), out _, out _));
        Assert.False(CanonicalEventLog.TryParse(Fields(MeasurementLimits.MaxCelFields + 1), out _, out problem));
        Assert.Contains(nameof(MeasurementLimits.MaxCelFields), problem.ToString(), StringComparison.Ordinal);
        Assert.True(CanonicalEventLog.TryParse(Records(MeasurementLimits.MaxCelRecords), out _, out _));
        Assert.False(CanonicalEventLog.TryParse(Records(MeasurementLimits.MaxCelRecords + 1), out _, out problem));
        Assert.Contains(nameof(MeasurementLimits.MaxCelRecords), problem.ToString(), StringComparison.Ordinal);
        Assert.False(CanonicalEventLog.TryParse(new byte[MeasurementLimits.MaxCelBytes + 1], out _, out problem));
        Assert.Contains(nameof(MeasurementLimits.MaxCelBytes), problem.ToString(), StringComparison.Ordinal);

        static byte[] Content(int bytes) => Record(0, 1, [1], (CelContentType)200, new byte[bytes], banks: []);
        static byte[] Fields(int fields) => Record(0, 1, [1], CelContentType.Management, [.. Enumerable.Repeat(Nested(2, ""), fields).SelectMany(field => field)], banks: []);
        static byte[] Records(int records) => [.. Enumerable.Repeat(Record(0, 1, [1], (CelContentType)200, [], banks: []), records).SelectMany(record => record)];
    }

    [Fact]
    public void A_content_that_a_form_cannot_say_is_not_written()
    {
        var log = Read("{\"pcr\":1,\"content_type\":\"else\",\"content\":{\"a\":[1]}}"u8.ToArray());
        Assert.Equal(CelCoverage.Nothing, log.Events[0].Covered);
        Same(log, Read(log.Write(CelFormat.Json)));
        Assert.Throws<NotSupportedException>(() => log.Write(CelFormat.Tlv));
        Assert.Throws<NotSupportedException>(() => log.Write(CelFormat.Cbor));
    }

    [Fact]
    public void A_hostile_log_prints_nothing_that_moves_a_cursor()
    {
        var text = CelReport.Of(Read(Log(CelContentType.Cos, [[.. Nested(4, "\u001b[31m\n\u202e")]]))).ToText();
        Assert.DoesNotContain('\u001b', text);
        Assert.DoesNotContain('\u202e', text);
        Assert.Contains("\\u001b[31m\\u000a\\u202e", text, StringComparison.Ordinal);
    }

    [Fact]
    public void L10_any_truncation_or_flipped_bit_gives_a_log_or_a_problem_with_its_place()
    {
        foreach (var original in (byte[][])[Everything, Cos, Systemd, Read(Everything).Write(CelFormat.Json), Read(Everything).Write(CelFormat.Cbor)])
        {
            for (var at = 0; at < original.Length; at++)
            {
                Try(original[..at]);
                for (var bit = 0; bit < 8; bit++)
                {
                    var flipped = (byte[])original.Clone();
                    flipped[at] ^= (byte)(1 << bit);
                    Try(flipped);
                }
            }
        }

        static void Try(byte[] bytes)
        {
            if (CanonicalEventLog.TryParse(bytes, out var log, out var problem))
            {
                _ = CelReport.Of(log).ToText();
                _ = log.Write(CelFormat.Json);
            }
            else
            {
                Assert.InRange(problem.Offset, 0, bytes.Length);
            }
        }
    }

    private static readonly Gen<(CelRegister Register, BankDigest[] Digests, CelContent Content)> Events =
        from kind in Gen.Int[0, 2].Select(i => ((CelRegisterKind[])[CelRegisterKind.Pcr, CelRegisterKind.NvIndex, CelRegisterKind.ConfidentialRegister])[i])
        from index in Gen.UInt[0, 23]
        from digest in Gen.Byte.Array[32]
        from type in Gen.Int[0, 4].Select(i => ((CelContentType[])[CelContentType.Cos, (CelContentType)200, CelContentType.Management, CelContentType.ImaTlv, CelContentType.Systemd])[i])
        from value in Gen.Byte.Array[0, 40]
        from number in Gen.Byte[4, 90]
        from text in Gen.String[Gen.Char['\0', '\u2fff'], 0, 12]
        select (new CelRegister(kind, index), (BankDigest[])[new(AlgorithmId.Sha256, digest)], type switch
        {
            CelContentType.Systemd => CelContent.Of(type, new(1, Tlv.Bytes(index, 8)), new(3, Encoding.UTF8.GetBytes(text))),
            (CelContentType)200 => new(type, value, []),
            _ => CelContent.Of(type, new CelField(number, value)),
        });

    private static CanonicalEventLog Read(byte[] bytes)
    {
        Assert.True(CanonicalEventLog.TryParse(bytes, out var log, out var problem), problem?.ToString());
        return log;
    }

    private static void Same(CanonicalEventLog one, CanonicalEventLog other) => Assert.Equal(one.Events.Select(Text), other.Events.Select(Text));

    // Where a log has no numbers, forms that need them count.
    private static string Text(CanonicalEvent read) =>
        $"{read.RecordNumber ?? (ulong)read.Index} {read.Register} {string.Join(' ', read.Digests.Select(digest => $"{digest.Algorithm}:{Convert.ToHexString(digest.Value.Span)}"))} {read.Content.Type} {read.Content.ForeignType} "
        + (read.Content.ForeignType is null ? Convert.ToHexString(read.Content.Value.Span) : JsonDocument.Parse(read.Content.Value).RootElement.ToString()) + $" {read.Covered}";

    private static byte[] Log(CelContentType type, byte[][] values, AlgorithmId spoil = 0) => [.. values.SelectMany((value, index) => Record(index, 1, [13], type, value, spoil: spoil))];

    private static byte[] Record(int number, byte kind, byte[] register, CelContentType type, byte[] value, byte[]? covered = null, AlgorithmId[]? banks = null, AlgorithmId spoil = 0)
    {
        var content = Nested((byte)type, value);
        var digests = (banks ?? [AlgorithmId.Sha256, AlgorithmId.Sha384]).SelectMany(bank => Nested((byte)bank, bank == spoil ? new byte[bank.DigestSize()] : bank.Hash(covered ?? content)));
        return [.. Nested(0, Tlv.Bytes((ulong)number, 8)), .. Nested(kind, register), .. Nested(3, [.. digests]), .. content];
    }

    private static byte[] Nested(byte type, string value) => Nested(type, Encoding.UTF8.GetBytes(value));

    private static byte[] Nested(byte type, byte[] value) => [type, (byte)(value.Length >> 24), (byte)(value.Length >> 16), (byte)(value.Length >> 8), (byte)value.Length, .. value];
}
