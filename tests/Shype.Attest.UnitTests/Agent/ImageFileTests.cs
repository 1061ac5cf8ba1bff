using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Shype.Attest.Agent;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.UnitTests.Measurement;
using Xunit;

namespace Shype.Attest.UnitTests.Agent;

/// <summary>Files are measured by the handle that was opened, whole, and not at all where they are no plain files.</summary>
[SupportedOSPlatform("linux")]
public sealed class ImageFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1024 * 1024)]
    [InlineData((3 * 1024 * 1024) + 7)]
    public void The_digest_is_that_of_all_bytes(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        File.WriteAllBytes(_folder.File("image"), bytes);
        using var file = ImageFile.Open(_folder.File("image"));
        Assert.Equal(SHA256.HashData(bytes), file.Digest(null, TestContext.Current.CancellationToken).Value.ToArray());
    }

    [Fact]
    public void Holes_are_hashed_as_the_zeros_that_they_are()
    {
        using (var sparse = File.Create(_folder.File("sparse")))
        {
            sparse.Position = 5_000_000;
            sparse.WriteByte(1);
            sparse.SetLength(9_000_001);
        }

        var bytes = new byte[9_000_001];
        bytes[5_000_000] = 1;
        using var file = ImageFile.Open(_folder.File("sparse"));
        Assert.Equal(SHA256.HashData(bytes), file.Digest(null, TestContext.Current.CancellationToken).Value.ToArray());
    }

    [Fact]
    public void V01_what_is_measured_is_the_file_that_was_opened_whatever_the_path_names_later()
    {
        File.WriteAllText(_folder.File("image"), "good");
        using var file = ImageFile.Open(_folder.File("image"));
        File.WriteAllText(_folder.File("other"), "evil");
        File.Move(_folder.File("other"), _folder.File("image"), overwrite: true);
        // Its inode lost its name, which the kernel counts as a change; so it is refused, and in no case is "evil" measured as "good" or the reverse.
        var refused = Assert.Throws<AgentException>(() => file.Digest(null, TestContext.Current.CancellationToken));
        Assert.Contains("changed while it was measured", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void V01_a_file_that_is_written_meanwhile_is_refused()
    {
        File.WriteAllBytes(_folder.File("image"), new byte[3_000_000]);
        using var file = ImageFile.Open(_folder.File("image"));
        var refused = Assert.Throws<AgentException>(() => file.Digest(new Writer(_folder.File("image")), TestContext.Current.CancellationToken));
        Assert.Equal($"{_folder.File("image")}: changed while it was measured; stop what writes it and try again", refused.Message);
    }

    [Fact]
    public void V02_links_directories_and_pipes_are_no_images()
    {
        File.WriteAllText(_folder.File("image"), "good");
        File.CreateSymbolicLink(_folder.File("link"), _folder.File("image"));
        Assert.Equal($"{_folder.File("link")}: is a link to {_folder.File("image")}; name the file itself", Refuse("link"));
        Directory.CreateDirectory(_folder.File("folder"));
        Assert.Equal($"{_folder.File("folder")}: is not a plain file", Refuse("folder"));
        Assert.Equal(0, mkfifo(System.Text.Encoding.UTF8.GetBytes(_folder.File("pipe") + "\0"), 0b110_000_000));
        Assert.Equal($"{_folder.File("pipe")}: is not a plain file", Refuse("pipe"));
        Assert.StartsWith($"{_folder.File("none")}: cannot be opened:", Refuse("none"), StringComparison.Ordinal);
        Assert.Contains("is not a plain file", Assert.Throws<AgentException>(() => ImageFile.Open("/dev/zero")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ordinary_file_is_protected_by_nothing()
    {
        File.WriteAllText(_folder.File("image"), "good");
        using var file = ImageFile.Open(_folder.File("image"));
        Assert.False(file.IsProtected);
    }

    [Fact]
    public void Measuring_can_be_cancelled_and_tells_how_far_it_is()
    {
        File.WriteAllBytes(_folder.File("image"), new byte[2_500_000]);
        using var file = ImageFile.Open(_folder.File("image"));
        var seen = new Seen();
        file.Digest(seen, TestContext.Current.CancellationToken);
        Assert.Equal(new MeasuringProgress(_folder.File("image"), 2_500_000, 2_500_000), seen.Steps[^1]);
        Assert.True(seen.Steps.Count > 1);
        Assert.Throws<OperationCanceledException>(() => file.Digest(null, new CancellationToken(canceled: true)));
    }

    private string Refuse(string name) => Assert.Throws<AgentException>(() => ImageFile.Open(_folder.File(name))).Message;

    private sealed class Seen : IProgress<MeasuringProgress>
    {
        public List<MeasuringProgress> Steps { get; } = [];

        public void Report(MeasuringProgress value) => Steps.Add(value);
    }

    // Writes once the first megabyte was read, so that the change falls between reading and the end.
    private sealed class Writer(string path) : IProgress<MeasuringProgress>
    {
        public void Report(MeasuringProgress value)
        {
            using var file = File.OpenWrite(path);
            file.WriteByte(1);
        }
    }

    [DllImport("libc")]
    private static extern int mkfifo(byte[] path, uint mode);
}
