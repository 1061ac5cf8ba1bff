using System.Formats.Cbor;
using System.Data.Common;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

// What offline bundles are made of. Old evidence is forgotten; the logs of the running boot stay, because its next verdict rests on them.
internal sealed partial class AttestationStore
{
    /// <inheritdoc/>
    public Task<ArchivedVerdict?> ReadArchiveAsync(string hostId, CancellationToken cancellationToken) =>
        ReadAsync(session => session.ReadAtOnce(at => ReadArchive(at, hostId)), cancellationToken);

    /// <inheritdoc/>
    public Task<byte[]?> ReadArchivePartAsync(byte[] digest, CancellationToken cancellationToken) =>
        ReadAsync(session => session.Scalar("SELECT bytes FROM archive_parts WHERE digest = $1", digest) as byte[], cancellationToken);

    private static ArchivedVerdict? ReadArchive(StoreSession session, string hostId)
    {
        var logs = session.Query("SELECT kind, first, next, bytes FROM host_logs WHERE host_id = $1 ORDER BY kind, first",
            row => new LogPiece(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetFieldValue<byte[]>(3)), hostId);
        var certificates = session.Scalar("SELECT ek_certificates FROM hosts WHERE id = $1", hostId) is byte[] list ? ReadList(list) : [];
        return session.Query("SELECT evidence, result, context FROM attestations WHERE host_id = $1 ORDER BY number DESC LIMIT 1",
            row => Archived(row, logs, certificates), hostId) is [var archived] ? archived : null;
    }

    private static ArchivedVerdict Archived(DbDataReader row, IReadOnlyList<LogPiece> logs, IReadOnlyList<byte[]> certificates) =>
        new(row.GetFieldValue<byte[]>(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetFieldValue<byte[]>(2), logs, certificates);

    private static void KeepCertificates(StoreSession session, HostEnrolment enrolment, EnrolmentOutcome outcome)
    {
        if (outcome.Host is { } host)
        {
            session.Execute("UPDATE hosts SET ek_certificates = $2 WHERE id = $1", host.Id, WriteList(enrolment.EkCertificates));
        }
    }

    private static void KeepLogs(StoreSession session, AppraisalCommit commit)
    {
        foreach (var part in commit.Parts)
        {
            session.Execute("INSERT INTO archive_parts (digest, bytes) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING", part.Digest, part.Bytes);
        }

        foreach (var piece in commit.Logs)
        {
            if (piece.First == 0)
            {
                session.Post("DELETE FROM host_logs WHERE host_id = $1 AND kind = $2", commit.HostId, piece.Kind);
            }

            // Beyond the quota the log has a hole, and its host no bundle until it boots again; verdicts go on.
            session.Post("INSERT INTO host_logs (host_id, kind, first, next, bytes) SELECT $1, $2, $3, $4, $5 "
                + "WHERE (SELECT coalesce(sum(length(bytes)), 0) FROM host_logs WHERE host_id = $1 AND kind = $2) + length($5) <= $6 "
                + "ON CONFLICT (host_id, kind, first) DO UPDATE SET next = $4, bytes = $5",
                commit.HostId, piece.Kind, piece.First, piece.Next, piece.Bytes, ProtocolLimits.MaxBundleLogBytes);
        }
    }

    private static byte[] WriteList(IReadOnlyList<byte[]> items)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(items.Count);
        foreach (var item in items)
        {
            writer.WriteByteString(item);
        }

        writer.WriteEndArray();
        return writer.Encode();
    }

    private static List<byte[]> ReadList(byte[] encoded)
    {
        var reader = new CborReader(encoded, CborConformanceMode.Canonical);
        var items = new List<byte[]>();
        reader.ReadStartArray();
        while (reader.PeekState() != CborReaderState.EndArray)
        {
            items.Add(reader.ReadByteString());
        }

        reader.ReadEndArray();
        return items;
    }
}
