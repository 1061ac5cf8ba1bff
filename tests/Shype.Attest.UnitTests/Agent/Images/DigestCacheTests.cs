using System.Runtime.Versioning;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Agent;
using Shype.Attest.Agent.Images;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.UnitTests.Measurement;
using Xunit;

namespace Shype.Attest.UnitTests.Agent.Images;

/// <summary>A kept digest counts only while nothing of its file moved.</summary>
[SupportedOSPlatform("linux")]
public sealed class DigestCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StateFolder _state;
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1));
    private string _boot = "boot-1";
    private int _measured;

    public DigestCacheTests()
    {
        _state = StateFolder.Open(_folder.File("state"));
        File.WriteAllBytes(_folder.File("image"), new byte[2 << 20]);
    }

    public void Dispose()
    {
        _state.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_file_that_did_not_move_is_measured_once()
    {
        Measure();
        Measure();
        Assert.Equal(1, _measured);
    }

    [Fact]
    public void V03_a_file_whose_time_of_writing_was_set_back_is_measured_again()
    {
        Measure();
        var written = File.GetLastWriteTimeUtc(_folder.File("image"));
        using (var file = File.OpenWrite(_folder.File("image")))
        {
            file.WriteByte(1);
        }

        File.SetLastWriteTimeUtc(_folder.File("image"), written);
        Assert.Equal(written, File.GetLastWriteTimeUtc(_folder.File("image")));
        Measure();
        Assert.Equal(2, _measured);
    }

    [Fact]
    public void V03_another_file_of_the_same_size_and_times_is_measured()
    {
        Measure();
        var written = File.GetLastWriteTimeUtc(_folder.File("image"));
        File.WriteAllBytes(_folder.File("other"), new byte[2 << 20]);
        File.SetLastWriteTimeUtc(_folder.File("other"), written);
        File.Move(_folder.File("other"), _folder.File("image"), overwrite: true);
        Measure();
        Assert.Equal(2, _measured);
    }

    [Fact]
    public void V03_a_file_that_was_written_just_now_is_not_kept_since_it_could_be_written_again_in_the_same_tick()
    {
        _clock.AdjustTime(TimeProvider.System.GetUtcNow());
        Measure();
        Measure();
        Assert.Equal(2, _measured);
    }

    [Fact]
    public void V03_nothing_is_believed_over_a_boot()
    {
        Measure();
        _boot = "boot-2";
        Measure();
        Assert.Equal(2, _measured);
    }

    [Fact]
    public void Kinds_are_apart_and_rubbish_in_the_file_is_as_if_it_were_not_there()
    {
        Measure();
        Measure(MeasuredDigest.FsVerity);
        Assert.Equal(2, _measured);
        _state.Write("digests", Encoding.UTF8.GetBytes("shype-digests 1 boot=boot-1\n|\n||||\nsha256 x|sha256:00\n"));
        Measure();
        Assert.Equal(3, _measured);
    }

    private void Measure(string kind = MeasuredDigest.Sha256)
    {
        var cache = DigestCache.Open(_state, _clock, _boot);
        using var file = ImageFile.Open(_folder.File("image"));
        Assert.Equal(SampleLog.Digest("the digest"), cache.Get(file, kind, () =>
        {
            _measured++;
            return SampleLog.Digest("the digest");
        }));
        cache.Save();
    }
}
