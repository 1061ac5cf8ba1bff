using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Shype.Attest.Measurement.Records;

/// <summary>
/// The digest of something measured and how it was taken: "sha256", "sha384", "sha512" of the bytes; "fs-verity" (the kernel's file digest);
/// "dm-verity" (the root hash). The same file has another value in each kind, so values are only ever compared within a kind.
/// </summary>
[JsonConverter(typeof(MeasuredDigestConverter))]
public readonly struct MeasuredDigest : IEquatable<MeasuredDigest>
{
    /// <summary>SHA-256 of the whole content.</summary>
    public const string Sha256 = "sha256";

    /// <summary>SHA-384 of the whole content.</summary>
    public const string Sha384 = "sha384";

    /// <summary>SHA-512 of the whole content.</summary>
    public const string Sha512 = "sha512";

    /// <summary>fs-verity file digest.</summary>
    public const string FsVerity = "fs-verity";

    /// <summary>dm-verity root hash.</summary>
    public const string DmVerity = "dm-verity";

    private readonly byte[]? _value;
    private readonly string? _kind;

    /// <summary>A digest of a known kind and of a size that the kind has.</summary>
    /// <exception cref="ArgumentException">Another kind or size.</exception>
    public MeasuredDigest(string kind, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(kind);
        if (Known(kind) is not { } known)
        {
            throw new ArgumentException($"'{kind}' is not a known kind of digest", nameof(kind));
        }

        if (!IsSize(known, value.Length))
        {
            throw new ArgumentException($"a {kind} digest does not have {value.Length} bytes", nameof(value));
        }

        _kind = known;
        _value = value.ToArray();
    }

    private MeasuredDigest(string kind, byte[] value) => (_kind, _value) = (kind, value);

    /// <summary>How the digest was taken; empty for the default value.</summary>
    public string Kind => _kind ?? "";

    /// <summary>The digest; empty for the default value.</summary>
    public ReadOnlySpan<byte> Value => _value;

    /// <summary>Whether this is the default value, which is no digest.</summary>
    public bool IsEmpty => _value is null;

    /// <summary>A digest of a known kind and size, or what is wrong with it.</summary>
    public static bool TryCreate(ReadOnlySpan<char> kind, ReadOnlySpan<byte> value, out MeasuredDigest digest, [NotNullWhen(false)] out string? problem) =>
        TryCreate(Known(kind), value, out digest, out problem);

    /// <summary>Reads "kind:hex", as <see cref="ToString"/> writes it.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out MeasuredDigest digest)
    {
        digest = default;
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon < 0 || (text!.Length - colon - 1) is var digits && (digits % 2 != 0 || digits > 2 * 64))
        {
            return false;
        }

        var value = new byte[digits / 2];
        return Convert.FromHexString(text.AsSpan(colon + 1), value, out _, out var written) == System.Buffers.OperationStatus.Done
            && written == value.Length
            && TryCreate(text.AsSpan(0, colon), value, out digest, out _);
    }

    /// <inheritdoc/>
    public bool Equals(MeasuredDigest other) => _kind == other._kind && Value.SequenceEqual(other.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MeasuredDigest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(_kind);
        hash.AddBytes(Value);
        return hash.ToHashCode();
    }

    /// <summary>"kind:hex".</summary>
    public override string ToString() => IsEmpty ? "" : $"{_kind}:{Convert.ToHexStringLower(Value)}";

    /// <summary>Same kind, same bytes.</summary>
    public static bool operator ==(MeasuredDigest left, MeasuredDigest right) => left.Equals(right);

    /// <summary>Another kind or other bytes.</summary>
    public static bool operator !=(MeasuredDigest left, MeasuredDigest right) => !left.Equals(right);

    /// <summary>A digest whose kind is UTF-8, as records hold it.</summary>
    internal static bool TryCreate(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> value, out MeasuredDigest digest, [NotNullWhen(false)] out string? problem) =>
        TryCreate(Known(kind), value, out digest, out problem);

    private static bool TryCreate(string? kind, ReadOnlySpan<byte> value, out MeasuredDigest digest, [NotNullWhen(false)] out string? problem)
    {
        problem = kind is null ? "the kind of digest is unknown"
            : !IsSize(kind, value.Length) ? $"a {kind} digest does not have {value.Length} bytes"
            : null;
        digest = problem is null ? new MeasuredDigest(kind!, value.ToArray()) : default;
        return problem is null;
    }

    // The constants themselves, so that a record read from a log does not keep a string of its own for each digest.
    private static string? Known(ReadOnlySpan<char> kind) => kind switch
    {
        Sha256 => Sha256,
        Sha384 => Sha384,
        Sha512 => Sha512,
        FsVerity => FsVerity,
        DmVerity => DmVerity,
        _ => null,
    };

    private static string? Known(ReadOnlySpan<byte> kind) =>
        kind.SequenceEqual("sha256"u8) ? Sha256
        : kind.SequenceEqual("fs-verity"u8) ? FsVerity
        : kind.SequenceEqual("dm-verity"u8) ? DmVerity
        : kind.SequenceEqual("sha384"u8) ? Sha384
        : kind.SequenceEqual("sha512"u8) ? Sha512
        : null;

    private static bool IsSize(string kind, int size) => kind switch
    {
        Sha256 => size == 32,
        Sha384 => size == 48,
        Sha512 => size == 64,
        // Both verity formats are used with SHA-256 and SHA-512.
        _ => size is 32 or 64,
    };
}
