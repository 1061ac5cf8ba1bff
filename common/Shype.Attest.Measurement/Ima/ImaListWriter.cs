using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Ima;

/// <summary>Writes a binary list as a kernel does, and says what is extended: for simulated hosts and for tests.</summary>
/// <param name="banks">The TPM's banks.</param>
/// <param name="style">What the kernel extends.</param>
public sealed class ImaListWriter(IReadOnlyList<AlgorithmId> banks, ImaDigestStyle style = ImaDigestStyle.Hashed)
{
    private readonly ArrayBufferWriter<byte> _list = new();

    /// <summary>Bytes so far.</summary>
    public int Length => _list.WrittenCount;

    /// <summary>The list.</summary>
    public byte[] ToArray() => _list.WrittenSpan.ToArray();

    /// <summary>The first entry: a hash over PCR 0 to 9 of a bank.</summary>
    public IReadOnlyList<BankDigest> AddBootAggregate(PcrBank bank)
    {
        ArgumentNullException.ThrowIfNull(bank);
        return AddFile("boot_aggregate", bank.Algorithm, ImaBootAggregate.Compute(bank.Algorithm, bank));
    }

    /// <summary>A file, in the template ima-ng, or ima-sig where it has a signature.</summary>
    public IReadOnlyList<BankDigest> AddFile(string path, AlgorithmId hash, ReadOnlySpan<byte> digest, byte[]? signature = null) => signature is null
        ? Add("ima-ng", Digest(hash, digest), Name(path))
        : Add("ima-sig", Digest(hash, digest), Name(path), signature);

    /// <summary>A file that was read while it could be written.</summary>
    public IReadOnlyList<BankDigest> AddViolation(string path)
    {
        Write("ima-ng", new byte[ImaEntry.LegacyDigestSize], [Digest(AlgorithmId.Sha256, new byte[32]), Name(path)]);
        return Digests(bank => Padded(bank, [.. Enumerable.Repeat((byte)0xff, style == ImaDigestStyle.Padded ? ImaEntry.LegacyDigestSize : bank.DigestSize())]));
    }

    /// <summary>An entry of any template but the first one.</summary>
    public IReadOnlyList<BankDigest> Add(string template, params byte[][] fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var data = Data(fields);
        var sha1 = AlgorithmId.Sha1.Hash(data);
        Write(template, sha1, fields);
        return Digests(bank => style == ImaDigestStyle.Padded ? Padded(bank, sha1) : bank.Hash(data));
    }

    /// <summary>A field "d-ng".</summary>
    public static byte[] Digest(AlgorithmId hash, ReadOnlySpan<byte> digest) => [.. Encoding.ASCII.GetBytes(hash.ToText()), (byte)':', 0, .. digest];

    /// <summary>A field "n-ng".</summary>
    public static byte[] Name(string path) => [.. Encoding.UTF8.GetBytes(path), 0];

    private BankDigest[] Digests(Func<AlgorithmId, byte[]> digest) => [.. banks.Select(bank => new BankDigest(bank, digest(bank)))];

    private static byte[] Padded(AlgorithmId bank, byte[] digest) => [.. digest, .. new byte[bank.DigestSize() - digest.Length]];

    private void Write(string template, ReadOnlySpan<byte> hash, byte[][] fields)
    {
        UInt32(_list, (uint)ImaPcr.Usual.Value);
        _list.Write(hash);
        Sized(_list, Encoding.ASCII.GetBytes(template));
        Sized(_list, Data(fields));
    }

    private static byte[] Data(byte[][] fields)
    {
        var data = new ArrayBufferWriter<byte>();
        foreach (var field in fields)
        {
            Sized(data, field);
        }

        return data.WrittenSpan.ToArray();
    }

    private static void Sized(ArrayBufferWriter<byte> to, ReadOnlySpan<byte> bytes)
    {
        UInt32(to, (uint)bytes.Length);
        to.Write(bytes);
    }

    private static void UInt32(ArrayBufferWriter<byte> to, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to.GetSpan(sizeof(uint)), value);
        to.Advance(sizeof(uint));
    }
}
