using System.Formats.Cbor;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Testing.Measurement;
using Xunit;

namespace Shype.Attest.UnitTests.Measurement;

public sealed class RecordCodecTests
{
    public static TheoryData<string> Types => [.. SampleLog.EveryType.Select(content => content.Type)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_type_survives_the_round_trip(string type)
    {
        var content = SampleLog.EveryType.Single(c => c.Type == type);
        var bytes = content.Encode();

        Assert.True(MeasurementContent.TryDecode(bytes, out var decoded, out var problem), problem?.ToString());
        Assert.Equal(content.GetType(), decoded.GetType());
        Assert.Equal(bytes, decoded.Encode());
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void What_is_written_is_deterministic_CBOR_for_a_strict_library_too(string type)
    {
        var bytes = SampleLog.EveryType.Single(c => c.Type == type).Encode();
        var strict = new CborReader(bytes, CborConformanceMode.Canonical);
        strict.SkipValue();
        Assert.Equal(0, strict.BytesRemaining);
    }

    [Fact]
    public void A_record_after_one_that_was_refused_half_way_is_written_as_before()
    {
        var (honest, bad) = (SampleLog.VmStart(7), SampleLog.VmStart(8) with { Name = "vm\u0007" });
        var before = honest.Encode();
        Assert.Throws<RecordFormatException>(bad.Encode);
        Assert.Equal(before, honest.Encode());
        Assert.Equal(before, honest.Encode());
    }

    [Fact]
    public void A_VM_start_keeps_every_field()
    {
        var vm = SampleLog.VmStart(7);
        Assert.True(MeasurementContent.TryDecode(vm.Encode(), out var decoded, out _));
        var back = Assert.IsType<VmStartContent>(decoded);

        Assert.Equal(vm.Uuid, back.Uuid);
        Assert.Equal(vm.Name, back.Name);
        Assert.Equal(vm.Label, back.Label);
        Assert.Equal(vm.ConfigDigest, back.ConfigDigest);
        Assert.Equal(vm.KernelDigest, back.KernelDigest);
        Assert.Equal(vm.InitrdDigest, back.InitrdDigest);
        Assert.Equal(vm.FirmwareDigest, back.FirmwareDigest);
        Assert.Equal(vm.Disks, back.Disks);
        Assert.Equal(vm.VtpmEkName, back.VtpmEkName);
        Assert.Equal(vm.Mutable, back.Mutable);
    }

    [Theory]
    [InlineData("\0", "NUL")]
    [InlineData("\n", "newline")]
    [InlineData("\u001b[2K", "ANSI")]
    [InlineData("\u007f", "DEL")]
    [InlineData("\u0085", "C1")]
    [InlineData("\u2028", "line separator")]
    [InlineData("\u2029", "paragraph separator")]
    [InlineData("\u202e", "right-to-left override")]
    [InlineData("\u2066", "isolate")]
    [InlineData("\ufeff", "byte order mark")]
    public void K14_text_that_would_lie_on_a_screen_is_neither_written_nor_read(string bad, string what)
    {
        var honest = SampleLog.VmStart(1) with { Name = "vm" + new string('x', System.Text.Encoding.UTF8.GetByteCount(bad)) };
        var bytes = honest.Encode();
        var at = bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(honest.Name));
        System.Text.Encoding.UTF8.GetBytes("vm" + bad).CopyTo(bytes, at);

        Assert.False(MeasurementContent.TryDecode(bytes, out _, out var problem), what);
        Assert.Equal((RecordProblemCode.TextNotAllowed, "name"), (problem.Code, problem.Member));
        var refused = Assert.Throws<RecordFormatException>(() => (honest with { Name = "vm" + bad }).Encode());
        Assert.Equal(RecordProblemCode.TextNotAllowed, refused.Problem.Code);
    }

    [Fact]
    public void A_name_at_its_limit_passes_and_one_byte_more_names_the_limit()
    {
        var longest = SampleLog.VmStart(1) with { Name = new string('n', MeasurementLimits.MaxNameBytes) };
        Assert.True(MeasurementContent.TryDecode(longest.Encode(), out _, out _));

        var refused = Assert.Throws<RecordFormatException>(() => (longest with { Name = longest.Name + "n" }).Encode());
        Assert.Equal(RecordProblemCode.LimitExceeded, refused.Problem.Code);
        Assert.Contains(nameof(MeasurementLimits.MaxNameBytes), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Disks_at_their_limit_pass_and_one_more_names_the_limit()
    {
        var most = SampleLog.VmStart(1) with { Disks = [.. Enumerable.Repeat(new VmDisk("d", null, false), MeasurementLimits.MaxDisks)] };
        Assert.True(MeasurementContent.TryDecode(most.Encode(), out _, out _));

        var refused = Assert.Throws<RecordFormatException>(() => (most with { Disks = [.. most.Disks, most.Disks[0]] }).Encode());
        Assert.Contains(nameof(MeasurementLimits.MaxDisks), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_content_over_its_limit_is_not_written()
    {
        var module = new HypervisorModule("m", SampleLog.Digest("m"), new string('c', MeasurementLimits.MaxCommandLineBytes));
        var tooMuch = SampleLog.EveryType.OfType<HypervisorContent>().Single() with { Modules = [.. Enumerable.Repeat(module, 16)] };

        var refused = Assert.Throws<RecordFormatException>(tooMuch.Encode);
        Assert.Contains(nameof(MeasurementLimits.MaxContentBytes), refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("83 67 76 6d 2d 73 74 6f 79 01 a0", RecordProblemCode.UnknownType)] // "vm-stoy"
    [InlineData("83 67 76 6d 2d 73 74 6f 70 02 a0", RecordProblemCode.UnknownVersion)]
    [InlineData("83 67 76 6d 2d 73 74 6f 70 01 a0", RecordProblemCode.Malformed)] // no fields
    [InlineData("82 67 76 6d 2d 73 74 6f 70 01", RecordProblemCode.Malformed)] // no fields at all
    [InlineData("", RecordProblemCode.Malformed)]
    [InlineData("00", RecordProblemCode.Malformed)]
    public void Another_shape_is_a_typed_problem(string hex, RecordProblemCode code)
    {
        Assert.False(MeasurementContent.TryDecode(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), out _, out var problem));
        Assert.Equal(code, problem.Code);
    }

    [Fact]
    public void Digests_print_and_parse()
    {
        var digest = SampleLog.Digest("x");
        Assert.True(MeasuredDigest.TryParse(digest.ToString(), out var back));
        Assert.Equal(digest, back);
        Assert.False(MeasuredDigest.TryParse("sha256:00", out _));
        Assert.False(MeasuredDigest.TryParse("md5:" + new string('0', 32), out _));
        Assert.False(MeasuredDigest.TryParse(digest.ToString() + "0", out _));
        Assert.False(MeasuredDigest.TryParse("sha256:" + new string('z', 64), out _));
        Assert.NotEqual(digest, new MeasuredDigest(MeasuredDigest.FsVerity, digest.Value));
    }
}
