using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Shype.Attest.Verifier.Store;

/// <summary>
/// The one writer: takes what is waiting, writes it in one transaction, and acknowledges after that is on the disk. The cost of a disk flush is
/// shared by all who waited for it. A decision that fails takes nothing of the others with it.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly SqliteSession _session;
    private readonly AuditLog _audit;
    private readonly Channel<Work> _waiting = Channel.CreateBounded<Work>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly Thread _thread;

    /// <summary>Starts the writer's thread; the writer owns the session.</summary>
    public SqliteWriter(SqliteSession session, AuditChain chain)
    {
        _session = session;
        _audit = new AuditLog(session, chain);
        _audit.Resume();
        _thread = new Thread(Run) { Name = "store writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Runs a decision in the next transaction and returns when that is on the disk.</summary>
    public async Task<T> WriteAsync<T>(Func<SqliteSession, AuditLog, T> decision, CancellationToken cancellationToken)
    {
        var work = new Work<T>(decision);
        try
        {
            await _waiting.Writer.WriteAsync(work, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new StoreException("the store is closing");
        }

        // No cancellation from here on: what was taken in is written, whoever stops waiting for it.
        return await work.Done.Task;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _waiting.Writer.TryComplete();
        _thread.Join();
        _session.Dispose();
    }

    private void Run()
    {
        List<Work> batch = [];
        // A thread of its own, because SQLite's calls block.
        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _waiting.Reader.TryRead(out var work))
            {
                batch.Add(work);
            }

            if (TryWrite(batch) is { } refused)
            {
                batch.ForEach(work => work.Fail(refused));
            }
            else
            {
                batch.ForEach(work => work.Acknowledge());
            }
        }
    }

    private StoreException? TryWrite(List<Work> batch)
    {
        try
        {
            _session.Execute("BEGIN IMMEDIATE");
            foreach (var work in batch)
            {
                var position = _audit.Position;
                _session.Execute("SAVEPOINT decision");
                if (!work.TryRun(_session, _audit))
                {
                    _session.Execute("ROLLBACK TO decision");
                    _audit.ReturnTo(position);
                }

                _session.Execute("RELEASE decision");
            }

            _audit.MarkHead();
            _session.Execute("COMMIT");
            return null;
        }
        catch (SqliteException refused)
        {
            RollBack();
            return new StoreException($"nothing was kept: {refused.Message}", refused);
        }
    }

    private void RollBack()
    {
        try
        {
            _session.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite itself rolls back where the disk is full or cannot be read.
        }

        try
        {
            _audit.Resume();
        }
        catch (SqliteException)
        {
            // The next transaction meets the same trouble, and reports it; a number that is taken cannot be written twice.
        }
    }

    private abstract class Work
    {
        public abstract bool TryRun(SqliteSession session, AuditLog audit);

        public abstract void Acknowledge();

        public abstract void Fail(Exception refused);
    }

    private sealed class Work<T>(Func<SqliteSession, AuditLog, T> decision) : Work
    {
        private T? _value;
        private Exception? _refused;

        public TaskCompletionSource<T> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override bool TryRun(SqliteSession session, AuditLog audit)
        {
            try
            {
                _value = decision(session, audit);
                return true;
            }
            catch (SqliteException refused) when (refused.SqliteErrorCode is SqliteFull or SqliteIoError or SqliteCorrupt)
            {
                // The whole transaction is lost, not this decision alone.
                throw;
            }
#pragma warning disable CA1031 // whatever one decision throws is its caller's; the others are written
            catch (Exception refused)
#pragma warning restore CA1031
            {
                _refused = refused;
                return false;
            }
        }

        public override void Acknowledge()
        {
            if (_refused is null)
            {
                Done.TrySetResult(_value!);
            }
            else
            {
                Done.TrySetException(_refused);
            }
        }

        public override void Fail(Exception refused) => Done.TrySetException(_refused ?? refused);
    }

    private const int Capacity = 4096;
    private const int MaxBatch = 512;
    private const int SqliteIoError = 10;
    private const int SqliteCorrupt = 11;
    private const int SqliteFull = 13;
}
