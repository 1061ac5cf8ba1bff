using System.Security.Cryptography;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.TpmSim.Boot;

/// <summary>One hash for each bank over the same bytes, fed in pieces.</summary>
internal sealed class BankHashes : IDisposable
{
    private readonly AlgorithmId[] _banks;
    private readonly IncrementalHash[] _hashes;
    private readonly byte[] _piece = new byte[PieceBytes];

    public BankHashes(IReadOnlyList<AlgorithmId> banks)
    {
        _banks = [.. banks];
        _hashes = Array.ConvertAll(_banks, bank => bank.CreateIncremental());
    }

    /// <summary>All that is left.</summary>
    public void AppendRest(Stream stream) => Append(stream, long.MaxValue);

    /// <summary>So many bytes, or fewer where the stream ends before; returns how many.</summary>
    public long Append(Stream stream, long count)
    {
        var left = count;
        while (left > 0 && stream.Read(_piece, 0, (int)Math.Min(left, _piece.Length)) is var read and > 0)
        {
            foreach (var hash in _hashes)
            {
                hash.AppendData(_piece, 0, read);
            }

            left -= read;
        }

        return count - left;
    }

    public IReadOnlyList<BankDigest> Finish()
    {
        var digests = new BankDigest[_banks.Length];
        for (var i = 0; i < digests.Length; i++)
        {
            digests[i] = new BankDigest(_banks[i], _hashes[i].GetHashAndReset());
        }

        return digests;
    }

    public void Dispose() => Array.ForEach(_hashes, hash => hash.Dispose());

    private const int PieceBytes = 128 * 1024;
}
