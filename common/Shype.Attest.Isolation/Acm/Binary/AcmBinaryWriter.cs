using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Layout = Shype.Attest.Isolation.Acm.Binary.AcmBinaryLayout;

namespace Shype.Attest.Isolation.Acm.Binary;

/// <summary>Writes version 4 as xend's compiler did.</summary>
internal sealed class AcmBinaryWriter
{
    private readonly List<byte> _bytes = [];

    public static byte[] Write(AcmBinaryPolicy policy)
    {
        var (name, primary, secondary) = (Reference(policy.Name), Part(policy, policy.Primary), Part(policy, policy.Secondary));
        var primaryOffset = Layout.Header + name.Length;
        var secondaryOffset = primaryOffset + primary.Length;
        var file = new AcmBinaryWriter();
        file.Number(AcmBinary.Magic);
        file.Number(AcmBinary.CurrentVersion);
        file.Number(secondaryOffset + secondary.Length);
        file.Number(Layout.Header);
        file.Number((uint)policy.Primary);
        file.Number(primaryOffset);
        file.Number((uint)policy.Secondary);
        file.Number(secondaryOffset);
        file.Number(policy.XmlVersion?.Major ?? 0);
        file.Number(policy.XmlVersion?.Minor ?? 0);
        file._bytes.AddRange(policy.XmlHash.IsDefaultOrEmpty ? new byte[SHA1.HashSizeInBytes] : policy.XmlHash.AsSpan());
        return [.. file._bytes, .. name, .. primary, .. secondary];
    }

    // struct acm_policy_reference_buffer: u32 len with the NUL, name, NUL
    private static byte[] Reference(string name)
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        var part = new AcmBinaryWriter();
        part.Number(utf8.Length + 1);
        part._bytes.AddRange(utf8);
        part._bytes.Add(0);
        return part.Padded();
    }

    private static byte[] Part(AcmBinaryPolicy policy, PolicyComponent component) => component switch
    {
        PolicyComponent.ChineseWall => ChineseWall(policy.ChWallRows!, policy.ConflictSets!),
        PolicyComponent.TypeEnforcement => TypeEnforcement(policy.SteRows!),
        _ => [],
    };

    private static byte[] ChineseWall(TypeTable rows, TypeTable sets)
    {
        var part = new AcmBinaryWriter();
        part.Number(Layout.PartVersion);
        part.Number((uint)PolicyComponent.ChineseWall);
        part.Number(rows.Columns);
        part.Number(rows.Rows);
        part.Number(sets.Rows);
        part.Number(Layout.ChineseWall);
        part.Number(Layout.ChineseWall + (rows.Rows * rows.Columns * sizeof(ushort)));
        part.Number(0); // running_types_offset: only in dumps
        part.Number(0); // conflict_aggregate_offset: likewise
        part.Table(rows);
        part.Table(sets);
        return part.Padded();
    }

    private static byte[] TypeEnforcement(TypeTable rows)
    {
        var part = new AcmBinaryWriter();
        part.Number(Layout.PartVersion);
        part.Number((uint)PolicyComponent.TypeEnforcement);
        part.Number(rows.Columns);
        part.Number(rows.Rows);
        part.Number(Layout.TypeEnforcement);
        part.Table(rows);
        return part.Padded();
    }

    private void Table(TypeTable table)
    {
        for (var row = 0; row < table.Rows; row++)
        {
            for (var column = 0; column < table.Columns; column++)
            {
                _bytes.Add(0);
                _bytes.Add(table[row, column] ? (byte)1 : (byte)0);
            }
        }
    }

    private void Number(int value) => Number((uint)value);

    private void Number(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        _bytes.AddRange(bytes);
    }

    private byte[] Padded()
    {
        _bytes.AddRange(new byte[Layout.Padded(_bytes.Count) - _bytes.Count]);
        return [.. _bytes];
    }
}
