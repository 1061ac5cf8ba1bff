using System.Security.Cryptography;
using System.Text.Json;
using Shype.Attest.Agent.Images;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Measurement.Records;
using Shype.Attest.ServiceTests.Sim;
using Xunit;

namespace Shype.Attest.ServiceTests.Agent;

/// <summary>Digests of images are those that OpenSSL, fsverity-utils, veritysetup and qemu-img find.</summary>
public sealed class ImageToolsTests : IDisposable
{
    private const string Salt = "aee087a5be3b982978c923f566a94613496b417f2af592639bc80d141e34dfe7";
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Around a block, around what one block of digests covers (512 KiB), around what is hashed as one piece (4 MiB), and three levels of digests.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(512 * 1024)]
    [InlineData((512 * 1024) + 1)]
    [InlineData(4 * 1024 * 1024)]
    [InlineData((70 * 1024 * 1024) + 12_345)]
    public async Task Sha256_and_fs_verity_are_those_of_the_tools(int size)
    {
        var file = Write("image", RandomNumberGenerator.GetBytes(size));
        Assert.Equal("sha256:" + (await Tool.Run(null, "openssl", "dgst", "-sha256", "-r", file)).Split(' ')[0], Sha256(file).ToString());
        Assert.Equal((await Tool.Run(null, "fsverity", "digest", file)).Split(' ')[0], Verity(file).ToString().Replace("fs-verity", "sha256", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(8192)]
    [InlineData(512 * 1024)]
    [InlineData((66 * 1024 * 1024) + 4096)]
    public async Task Dm_verity_is_that_of_veritysetup(int size)
    {
        var file = Write("image", RandomNumberGenerator.GetBytes(size));
        var output = await Tool.Run(null, "/usr/sbin/veritysetup", "format", "--salt", Salt, file, _folder["hashes"]);
        var root = output.Split('\n').Single(line => line.StartsWith("Root hash:", StringComparison.Ordinal))[10..].Trim();
        using var image = ImageFile.Open(file);
        Assert.Equal("dm-verity:" + root, VerityDigests.DmVerity(image, Convert.FromHexString(Salt), null, TestContext.Current.CancellationToken).ToString());
    }

    [Fact]
    public async Task Holes_are_hashed_as_the_zeros_that_they_are()
    {
        using (var sparse = File.Create(_folder["sparse"]))
        {
            sparse.Position = 5_000_000;
            sparse.WriteByte(1);
            sparse.SetLength((200L << 20) + 1);
        }

        Assert.Equal("sha256:" + (await Tool.Run(null, "openssl", "dgst", "-sha256", "-r", _folder["sparse"])).Split(' ')[0], Sha256(_folder["sparse"]).ToString());
        Assert.Equal((await Tool.Run(null, "fsverity", "digest", _folder["sparse"])).Split(' ')[0], Verity(_folder["sparse"]).ToString().Replace("fs-verity", "sha256", StringComparison.Ordinal));
    }

    [Fact]
    public async Task V02_the_files_of_a_chain_are_those_that_qemu_img_finds()
    {
        await Tool.Run(null, "qemu-img", "create", "-q", "-f", "raw", _folder["base.raw"], "1M");
        await Image("relative.qcow2", "raw", "base.raw");
        await Image("absolute.qcow2", "qcow2", _folder["relative.qcow2"]);
        await Image("old.qcow2", "qcow2", "absolute.qcow2", "compat=0.10");
        await Image("json.qcow2", "qcow2", $"json:{{\"driver\":\"qcow2\",\"file\":{{\"driver\":\"file\",\"filename\":\"{_folder["old.qcow2"]}\"}}}}");
        await Image("top.qcow2", "qcow2", "json.qcow2", "cluster_size=2M");

        using var found = JsonDocument.Parse(await Tool.Run(null, "qemu-img", "info", "--backing-chain", "--output=json", _folder["top.qcow2"]));
        using var chain = BackingChain.Open(_folder["top.qcow2"], "qcow2");
        Assert.Equal(6, chain.Links.Count);
        Assert.Equal(
            found.RootElement.EnumerateArray().Select(image => Path.GetFileName(image.GetProperty("filename").GetString()!)),
            chain.Links.Select(link => Path.GetFileName(link.File.Path)));
    }

    [Fact]
    public async Task V02_an_external_data_file_is_one_of_them()
    {
        await Tool.Run(null, "qemu-img", "create", "-q", "-f", "qcow2", "-o", $"data_file={_folder["data.raw"]},data_file_raw=on", _folder["disk.qcow2"], "1M");
        using var chain = BackingChain.Open(_folder["disk.qcow2"], "qcow2");
        Assert.Equal([_folder["disk.qcow2"], _folder["data.raw"]], chain.Links.Select(link => link.File.Path));
    }

    [Fact]
    public async Task The_command_prints_what_the_tools_print()
    {
        var file = Write("image", RandomNumberGenerator.GetBytes(10_000));
        string[] agent = [.. AgentProgram.Command.Skip(1), "measure", "image"];
        var sum = (await Tool.Run(null, "sha256sum", file)).Split(' ')[0];
        Assert.Equal($"sha256:{sum}  {file}\n", await Tool.Run(null, AgentProgram.Command[0], [.. agent, file]));
        var (status, _, errors) = await Tool.Try(null, AgentProgram.Command[0], [.. agent, "--digest", "dm-verity", file]);
        Assert.Equal(2, status);
        Assert.Contains("which are no blocks of 4096", errors, StringComparison.Ordinal);
    }

    private Task<string> Image(string name, string format, string backing, string options = "compat=1.1") =>
        Tool.Run(null, "qemu-img", "create", "-q", "-f", "qcow2", "-o", options, "-F", format, "-b", backing, _folder[name], "1M");

    private static MeasuredDigest Sha256(string path)
    {
        using var file = ImageFile.Open(path);
        return file.Digest(null, TestContext.Current.CancellationToken);
    }

    private static MeasuredDigest Verity(string path)
    {
        using var file = ImageFile.Open(path);
        return VerityDigests.FsVerity(file, null, TestContext.Current.CancellationToken);
    }

    private string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(_folder[name], bytes);
        return _folder[name];
    }
}
