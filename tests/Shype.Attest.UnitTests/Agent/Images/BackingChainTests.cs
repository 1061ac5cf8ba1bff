using System.Buffers.Binary;
using System.Runtime.Versioning;
using System.Text;
using Shype.Attest.Agent;
using Shype.Attest.Agent.Images;
using Shype.Attest.UnitTests.Measurement;
using Xunit;

namespace Shype.Attest.UnitTests.Agent.Images;

/// <summary>What a qcow2 image stands on is followed by its headers, which whoever made it wrote.</summary>
[SupportedOSPlatform("linux")]
public sealed class BackingChainTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void V02_every_file_below_is_in_the_chain_relative_absolute_or_told_in_json()
    {
        File.WriteAllText(_folder.File("base.raw"), "base");
        Write("a", Header("base.raw", "raw"));
        Write("b", Header(_folder.File("a"), "qcow2"));
        Write("c", Header("json:{\"driver\":\"qcow2\",\"file\":{\"driver\":\"file\",\"filename\":\"b\"}}", null));
        Write("d", Header("json:{\"driver\":\"qcow2\",\"file.driver\":\"file\",\"file.filename\":\"c\"}", null));
        using var chain = BackingChain.Open(_folder.File("d"), "qcow2");
        Assert.Equal(
            [("", "d"), (".backing1", "c"), (".backing2", "b"), (".backing3", "a"), (".backing4", "base.raw")],
            chain.Links.Select(link => (link.Suffix, Path.GetFileName(link.File.Path))));
    }

    [Fact]
    public void V02_a_raw_disk_is_not_looked_into_since_its_VM_can_write_a_header_there()
    {
        Write("disk", Header("/etc/shadow", "raw"));
        using var chain = BackingChain.Open(_folder.File("disk"), "raw");
        Assert.Single(chain.Links);
    }

    [Fact]
    public void V02_an_external_data_file_is_in_the_chain()
    {
        File.WriteAllText(_folder.File("data.raw"), "data");
        Write("disk", Header(null, null, data: "data.raw", features: 4));
        using var chain = BackingChain.Open(_folder.File("disk"), "qcow2");
        Assert.Equal(["", ".data"], chain.Links.Select(link => link.Suffix));
    }

    [Fact]
    public void V02_a_chain_that_goes_round_is_refused()
    {
        Write("a", Header("b", "qcow2"));
        Write("b", Header("a", "qcow2"));
        Assert.Contains("go round", Refuse("a"), StringComparison.Ordinal);
        Write("a", Header("a", "qcow2"));
        Assert.Contains("go round", Refuse("a"), StringComparison.Ordinal);
    }

    [Fact]
    public void V02_the_longest_chain_is_followed_and_one_more_is_refused()
    {
        for (var i = 1; i <= BackingChain.MaxFiles; i++)
        {
            Write($"{i}", Header($"{i + 1}", "qcow2"));
        }

        Write($"{BackingChain.MaxFiles}", Header(null, null));
        using (var chain = BackingChain.Open(_folder.File("1"), "qcow2"))
        {
            Assert.Equal(BackingChain.MaxFiles, chain.Links.Count);
        }

        Write("0", Header("1", "qcow2"));
        Assert.Contains("(MaxFiles)", Refuse("0"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nbd://host/disk")]
    [InlineData("ssh:host")]
    [InlineData("json:{\"driver\":\"nbd\",\"host\":\"h\"}")]
    [InlineData("json:{\"driver\":\"qcow2\",\"file\":{\"driver\":\"http\",\"filename\":\"a\"}}")]
    [InlineData("json:{\"driver\":[]}")]
    [InlineData("json:[]")]
    [InlineData("json:{")]
    [InlineData("json:[[[[[[[[[[[[[[[[")]
    public void V02_what_is_no_file_of_this_host_is_refused(string name)
    {
        Write("disk", Header(name, "raw"));
        Assert.Contains("which is no file of this host and cannot be measured", Refuse("disk"), StringComparison.Ordinal);
    }

    [Fact]
    public void V02_a_header_that_lies_is_refused_and_costs_nothing()
    {
        File.WriteAllText(_folder.File("base"), "base");
        Write("disk", Header("base", null));
        Assert.Contains("does not say the format of its backing file", Refuse("disk"), StringComparison.Ordinal);
        Write("disk", Header("base", "vmdk"));
        Assert.Contains("has the format vmdk", Refuse("disk"), StringComparison.Ordinal);
        Write("disk", Header("ba\0se", "raw"));
        Assert.Contains("with a NUL", Refuse("disk"), StringComparison.Ordinal);
        Write("disk", Edited(header => BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(16), 1024)));
        Assert.Contains("names its backing file in 1024 bytes", Refuse("disk"), StringComparison.Ordinal);
        Write("disk", Edited(header => BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(8), ulong.MaxValue - 3)));
        Assert.Contains("outside its header", Refuse("disk"), StringComparison.Ordinal);
        Write("disk", Edited(header => BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(100), uint.MaxValue)));
        Assert.Contains("has a qcow2 header of 4294967295 bytes", Refuse("disk"), StringComparison.Ordinal);
        Write("disk", Edited(header => BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(108), uint.MaxValue)));
        Assert.Contains("extensions that do not end", Refuse("disk"), StringComparison.Ordinal);
        Write("disk", Edited(header => BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), 4)));
        Assert.Contains("header of version 4", Refuse("disk"), StringComparison.Ordinal);
        Write("disk", Header(null, null, features: 4));
        Assert.Contains("another file that its header does not name", Refuse("disk"), StringComparison.Ordinal);
        Write("disk", [1, 2, 3]);
        Assert.Contains("is not a qcow2 image", Refuse("disk"), StringComparison.Ordinal);

        static byte[] Edited(Action<byte[]> edit)
        {
            var header = Header("base", "raw");
            edit(header);
            return header;
        }
    }

    // QEMU, docs/interop/qcow2.txt: a header of version 3, extensions, the backing name.
    private static byte[] Header(string? backing, string? format, string? data = null, ulong features = 0)
    {
        var extensions = new List<byte>();
        Extension(0xe2792aca, format);
        Extension(0x44415441, data);
        extensions.AddRange(new byte[8]);
        var header = new byte[104 + extensions.Count + (backing is null ? 0 : Encoding.UTF8.GetByteCount(backing))];
        BinaryPrimitives.WriteUInt32BigEndian(header, 0x514649fb);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), 3);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(72), features);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(100), 104);
        extensions.CopyTo(header, 104);
        if (backing is not null)
        {
            BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(8), 104UL + (ulong)extensions.Count);
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(16), (uint)Encoding.UTF8.GetBytes(backing, header.AsSpan(104 + extensions.Count)));
        }

        return header;

        void Extension(uint type, string? text)
        {
            if (text is null)
            {
                return;
            }

            var bytes = Encoding.UTF8.GetBytes(text);
            var head = new byte[8 + ((bytes.Length + 7) & ~7)];
            BinaryPrimitives.WriteUInt32BigEndian(head, type);
            BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(4), (uint)bytes.Length);
            bytes.CopyTo(head, 8);
            extensions.AddRange(head);
        }
    }

    private void Write(string name, byte[] bytes) => File.WriteAllBytes(_folder.File(name), bytes);

    private string Refuse(string name) => Assert.Throws<AgentException>(() => BackingChain.Open(_folder.File(name), "qcow2").Dispose()).Message;
}
