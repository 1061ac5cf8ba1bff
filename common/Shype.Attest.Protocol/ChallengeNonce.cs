using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Shype.Attest.Protocol;

/// <summary>What is wrong with a nonce that came back.</summary>
public enum ChallengeNonceProblem
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Not the length of ours.</summary>
    Malformed,

    /// <summary>Its code was not made with one of our keys for this host and this selection.</summary>
    NotOurs,

    /// <summary>Ours, but too old.</summary>
    Expired,
}

/// <summary>
/// A challenge that needs no table: random part (16), expiry in Unix seconds XORed with the first 8 of these (8), HMAC-SHA256 (32) over both with the
/// host's id and the PCRs that were asked for. Any verifier that has the key can check it.
/// </summary>
public static class ChallengeNonce
{
    /// <summary>Bytes of a nonce: 56, which is 75 characters, within eat_nonce's 88 (RFC 9711).</summary>
    public const int Size = RandomSize + ExpirySize + HMACSHA256.HashSizeInBytes;

    /// <summary>Bytes of randomness to give to <see cref="Mint"/>.</summary>
    public const int SeedSize = 32;

    /// <summary>
    /// Makes a nonce whose base64url text has neither '-' nor '_': some deployed clients read session nonces with the standard alphabet.
    /// About eleven candidates are derived from the seed until one fits, which costs less than four of its bits.
    /// </summary>
    public static byte[] Mint(ReadOnlySpan<byte> key, ReadOnlySpan<byte> seed, DateTimeOffset expires, string hostId, IReadOnlyList<PcrRequest> pcrs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seed.Length, SeedSize);
        var nonce = new byte[Size];
        for (ulong candidate = 0; ; candidate++)
        {
            Candidate(seed, candidate).AsSpan(0, RandomSize).CopyTo(nonce);
            // In clear, every second whose last six bits are 62 or 63 would put a '-' or '_' into all candidates, and none would ever fit.
            BinaryPrimitives.WriteInt64BigEndian(nonce.AsSpan(RandomSize), expires.ToUnixTimeSeconds() ^ MaskOf(nonce));
            Code(key, nonce.AsSpan(0, RandomSize + ExpirySize), hostId, pcrs).CopyTo(nonce, RandomSize + ExpirySize);
            if (!Base64UrlText.Encode(nonce).AsSpan().ContainsAny('-', '_'))
            {
                return nonce;
            }
        }
    }

    /// <summary>Says whether a nonce is ours, for this host and selection, and not expired. Keys: the current one and those just rotated out.</summary>
    public static ChallengeNonceProblem Check(
        ReadOnlySpan<byte> nonce, DateTimeOffset now, string hostId, IReadOnlyList<PcrRequest> pcrs, params ReadOnlySpan<byte[]> keys)
    {
        if (nonce.Length != Size)
        {
            return ChallengeNonceProblem.Malformed;
        }

        var ours = false;
        foreach (var key in keys)
        {
            ours |= CryptographicOperations.FixedTimeEquals(
                Code(key, nonce[..(RandomSize + ExpirySize)], hostId, pcrs), nonce[(RandomSize + ExpirySize)..]);
        }

        return !ours ? ChallengeNonceProblem.NotOurs
            : now.ToUnixTimeSeconds() > ExpiryOf(nonce) ? ChallengeNonceProblem.Expired
            : ChallengeNonceProblem.None;
    }

    /// <summary>When a nonce that <see cref="Check"/> found to be ours expires.</summary>
    public static DateTimeOffset ExpiresAt(ReadOnlySpan<byte> nonce) => DateTimeOffset.FromUnixTimeSeconds(ExpiryOf(nonce));

    private static long ExpiryOf(ReadOnlySpan<byte> nonce) => BinaryPrimitives.ReadInt64BigEndian(nonce[RandomSize..]) ^ MaskOf(nonce);

    private static long MaskOf(ReadOnlySpan<byte> nonce) => BinaryPrimitives.ReadInt64BigEndian(nonce);

    private static byte[] Candidate(ReadOnlySpan<byte> seed, ulong number)
    {
        var framed = new LengthFramed(stackalloc byte[LengthFramed.UsualSize], "shype nonce candidate");
        framed.Add(seed);
        framed.Add(number);
        return framed.Sha256();
    }

    private static byte[] Code(ReadOnlySpan<byte> key, ReadOnlySpan<byte> head, string hostId, IReadOnlyList<PcrRequest> pcrs)
    {
        var framed = new LengthFramed(stackalloc byte[LengthFramed.UsualSize], "shype challenge 1");
        framed.Add(head);
        framed.Add(hostId);
        framed.Add((ulong)pcrs.Count);
        foreach (var request in pcrs)
        {
            framed.Add(request.Bank);
            framed.Add((ulong)request.Pcrs.Count);
            foreach (var pcr in request.Pcrs)
            {
                framed.Add((ulong)pcr);
            }
        }

        return framed.Hmac(key);
    }

    private const int RandomSize = 16;
    private const int ExpirySize = 8;
}
