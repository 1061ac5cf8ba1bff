using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Shype.Attest.Isolation.Acm;

/// <summary>
/// The bytes that a policy's canonical digest is over. docs/policy-digest.md says the same for other implementers; change neither
/// without the other, and never without a new tag.
/// </summary>
internal sealed class CanonicalForm
{
    private const string Tag = "shype-acm-policy-1";

    private readonly ArrayBufferWriter<byte> _bytes = new();

    public static byte[] Digest(AcmPolicy policy) => SHA256.HashData(Encode(policy));

    public static byte[] Encode(AcmPolicy policy)
    {
        var form = new CanonicalForm();
        form.Text(Tag);
        form.Text(policy.Name);
        form.Version(policy.Version);
        form.Optional(policy.From, from =>
        {
            form.Text(from.Name);
            form.Version(from.Version);
        });
        form.Number(policy.HasTypeEnforcement ? 1u : 0);
        form.Texts(policy.SteTypes);
        form.Number(policy.HasChineseWall ? 1u : 0);
        form.Texts(policy.ChWallTypes);
        form.List(policy.ConflictSets, set =>
        {
            form.Text(set.Name);
            form.Texts(set.Types);
        });
        form.Text(policy.Bootstrap);
        form.List(policy.VmLabels, label =>
        {
            form.Text(label.Name);
            form.Texts(label.SteTypes);
            form.Texts(label.ChWallTypes);
            form.Optional(label.From, form.Text);
        });
        form.List(policy.ResourceLabels, label =>
        {
            form.Text(label.Name);
            form.Text(label.SteType);
            form.Optional(label.From, form.Text);
        });
        return form._bytes.WrittenSpan.ToArray();
    }

    private void Number(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        _bytes.Write(bytes);
    }

    private void Text(string value)
    {
        var utf8 = Encoding.UTF8.GetBytes(value);
        Number((uint)utf8.Length);
        _bytes.Write(utf8);
    }

    private void Version(AcmVersion value)
    {
        Number(value.Major);
        Number(value.Minor);
    }

    private void Texts(ImmutableArray<string> values) => List(values, Text);

    private void List<T>(ImmutableArray<T> values, Action<T> write)
    {
        Number((uint)values.Length);
        foreach (var value in values)
        {
            write(value);
        }
    }

    private void Optional<T>(T? value, Action<T> write)
        where T : class => List(value is null ? [] : [value], write);
}
