using System.Globalization;
using System.Text;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Images;

/// <summary>
/// Digests of this boot, so that a large image is not read for every start. A digest counts only while nothing of the file moved: device, inode, size, time of
/// writing, time of change, verity. The time of change is the one that no call sets back (threat row V03); what happens while nobody watches, between two boots,
/// is not in it, so the cache is of one boot. Block devices have no such time and are never in it.
/// </summary>
public sealed class DigestCache
{
    private readonly StateFolder _state;
    private readonly TimeProvider _clock;
    private readonly string _boot;
    private readonly Dictionary<string, MeasuredDigest> _digests = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private bool _changed;

    private DigestCache(StateFolder state, TimeProvider clock, string boot) => (_state, _clock, _boot) = (state, clock, boot);

    /// <summary>Reads what is kept of this boot; what cannot be read is as if it were not there.</summary>
    public static DigestCache Open(StateFolder state, TimeProvider clock, string bootId)
    {
        ArgumentNullException.ThrowIfNull(state);
        var cache = new DigestCache(state, clock, bootId);
        var lines = Encoding.UTF8.GetString(state.Read(FileName, MaxBytes) ?? []).Split('\n');
        if (lines[0] == Head + bootId)
        {
            foreach (var line in lines.Skip(1))
            {
                if (line.Split('|') is [var key, var text] && MeasuredDigest.TryParse(text, out var digest))
                {
                    cache._digests[key] = digest;
                }
            }
        }

        return cache;
    }

    /// <summary>The digest of an open file, from the cache or measured.</summary>
    /// <param name="file">The file.</param>
    /// <param name="kind">The kind of digest.</param>
    /// <param name="measure">Measures it.</param>
    public MeasuredDigest Get(ImageFile file, string kind, Func<MeasuredDigest> measure)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(measure);
        if (file.IsBlockDevice || file.Length < MinBytes)
        {
            return measure();
        }

        // What a mapping wrote is written back first: the next write through it is then a fault, which moves the time of change.
        var isClean = LinuxFiles.Sync(file.Handle);
        file.RefuseChange();
        var key = Key(file, kind);
        lock (_lock)
        {
            if (isClean && _digests.TryGetValue(key, out var known))
            {
                return known;
            }
        }

        var digest = measure();
        // Times of change are as coarse as the kernel's tick: a file that was just written could be written again at the same time.
        if (isClean && _clock.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(file.Status.Changed.Seconds) > Settled)
        {
            lock (_lock)
            {
                _digests[key] = digest;
                _changed = true;
            }
        }

        return digest;
    }

    /// <summary>Keeps what was measured.</summary>
    public void Save()
    {
        lock (_lock)
        {
            if (!_changed)
            {
                return;
            }

            var text = new StringBuilder(Head).Append(_boot);
            foreach (var (key, digest) in _digests.TakeLast(MaxEntries))
            {
                text.Append('\n').Append(key).Append('|').Append(digest);
            }

            _state.Write(FileName, Encoding.UTF8.GetBytes(text.ToString()));
            _changed = false;
        }
    }

    private static string Key(ImageFile file, string kind)
    {
        var status = file.Status;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{kind} {status.Device.Major}:{status.Device.Minor} {status.Inode} {status.Size} {status.Written.Seconds}.{status.Written.Nanoseconds} {status.Changed.Seconds}.{status.Changed.Nanoseconds} {status.Attributes:x}");
    }

    private const string FileName = "digests";
    private const string Head = "shype-digests 1 boot=";
    private const int MaxEntries = 4096;
    private const int MaxBytes = 2 * 1024 * 1024;
    private const long MinBytes = 1024 * 1024;
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(3);
}
