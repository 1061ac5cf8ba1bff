using System.Buffers.Binary;
using Shype.Attest.Isolation.Flask;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Flask;

/// <summary>Whatever the bytes are, the reader answers with a policy or with a problem.</summary>
public sealed class HostilePolicyTests
{
    public static TheoryData<string> Files => ["xen.30", "hostile.30", "selinux.33"];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_policy_cut_off_anywhere_is_refused_with_its_place(string file)
    {
        var bytes = TestData.Bytes("flask", file);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(FlaskBinary.TryParse(bytes.AsSpan(0, length), out _, out var problem));
            Assert.InRange(problem.Offset, 0, length);
            Assert.NotEmpty(problem.Member);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_policy_with_any_byte_changed_is_read_or_refused(string file)
    {
        var bytes = TestData.Bytes("flask", file);
        var refused = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = bytes[i];
            foreach (var other in (byte[])[0, 1, 0x7f, 0x80, 0xff, (byte)(kept + 1), (byte)(kept ^ 0x10)])
            {
                bytes[i] = other;
                if (!FlaskBinary.TryParse(bytes, out var policy, out _))
                {
                    refused++;
                    continue;
                }

                FlaskCounts.Of(policy);
            }

            bytes[i] = kept;
        }

        Assert.InRange(refused, bytes.Length, bytes.Length * 7);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_byte_behind_the_policy_is_refused(string file)
    {
        Assert.False(FlaskBinary.TryParse([.. TestData.Bytes("flask", file), 0], out _, out var problem));
        Assert.Contains("left over", problem.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_may_be_as_large_as_the_limit_and_no_larger()
    {
        var large = new byte[FlaskLimits.MaxFileBytes + 1];
        Assert.False(FlaskBinary.TryParse(large, out _, out var problem));
        Assert.Equal("file", problem.Member);
        Assert.False(FlaskBinary.TryParse(large.AsSpan(1), out _, out problem));
        Assert.Equal("magic", problem.Member);
    }

    [Theory]
    [InlineData(23, false)]
    [InlineData(24, true)]
    [InlineData(33, true)]
    [InlineData(34, false)]
    public void Versions_outside_the_range_are_refused_as_such(uint version, bool known)
    {
        var bytes = TestData.Bytes("flask", "selinux.33");
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), version);
        var read = FlaskBinary.TryParse(bytes, out _, out var problem);
        Assert.Equal(version == 33, read);
        Assert.Equal(!known, problem?.Member == "version");
    }

    [Fact]
    public void A_count_that_cannot_fit_is_refused_before_anything_is_allocated()
    {
        var bytes = TestData.Bytes("flask", "xen.30");
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(60), 0x7fff_ffff); // the number of commons: header 32, two empty bitmaps, highest number
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(FlaskBinary.TryParse(bytes, out _, out var problem));
        Assert.Equal("common", problem.Member);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    [Theory]
    [InlineData((byte)':')]
    [InlineData((byte)'\n')]
    [InlineData((byte)0xe9)]
    [InlineData((byte)0)]
    public void A_name_that_could_be_taken_for_something_else_is_refused(byte other)
    {
        var bytes = TestData.Bytes("flask", "xen.30");
        bytes[bytes.AsSpan().IndexOf("guest_t"u8) + 5] = other;
        Assert.False(FlaskBinary.TryParse(bytes, out _, out var problem));
        Assert.EndsWith(".name", problem.Member, StringComparison.Ordinal);
    }
}
