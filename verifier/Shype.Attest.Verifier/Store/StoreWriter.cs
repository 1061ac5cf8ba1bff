using System.Data.Common;
using System.Diagnostics;
using System.Threading.Channels;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Store;

/// <summary>
/// The one writer of this program: takes what is waiting, writes it in one transaction, and acknowledges after that is on the disk. The cost of a
/// disk flush is shared by all who waited for it. A decision that fails takes nothing of the others with it.
/// </summary>
internal sealed class StoreWriter : IDisposable
{
    private readonly Database _database;
    private readonly AuditChain _chain;
    private readonly Channel<Work> _waiting = Channel.CreateBounded<Work>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly Thread _thread;
    private StoreSession? _session;
    private volatile bool _isFailing;

    /// <summary>Starts the writer's thread; the writer owns the session.</summary>
    public StoreWriter(Database database, StoreSession session, AuditChain chain)
    {
        _database = database;
        _session = session;
        _chain = chain;
        _thread = new Thread(Run) { Name = "store writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Whether the last transaction could not be kept.</summary>
    public bool IsFailing => _isFailing;

    /// <summary>Runs a decision in the next transaction and returns when that is on the disk. It may run more than once, until it is kept once.</summary>
    public async Task<T> WriteAsync<T>(Func<StoreSession, AuditLog, T> decision, CancellationToken cancellationToken)
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
        _session?.Dispose();
    }

    private void Run()
    {
        List<Work> batch = [];
        // A thread of its own, because the databases' calls block.
        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _waiting.Reader.TryRead(out var work))
            {
                batch.Add(work);
            }

            var start = Stopwatch.GetTimestamp();
            var refused = Write(batch);
            _isFailing = refused is not null;
            Telemetry.Committed(Stopwatch.GetElapsedTime(start), batch.Count, isKept: refused is null);
            if (refused is not null)
            {
                batch.ForEach(work => work.Fail(refused));
            }
            else
            {
                batch.ForEach(work => work.Acknowledge());
            }
        }
    }

    private StoreException? Write(List<Work> batch)
    {
        for (var attempt = 1; ; attempt++)
        {
            var isCommitting = false;
            try
            {
                Transact(batch, ref isCommitting);
                return null;
            }
            catch (DbException refused)
            {
                RollBack();
                if (isCommitting && !_database.IsRefusal(refused))
                {
                    return new StoreException($"the database was lost while it took this down; whether it is kept shows when it is back: {refused.Message}", refused);
                }

                // Deadlock, lock or serialization, or a connection that died while nothing was sent off: another time it may go well.
                if (!refused.IsTransient || attempt == MaxAttempts)
                {
                    return new StoreException($"nothing was kept: {refused.Message}", refused);
                }
            }
            catch (StoreException refused)
            {
                RollBack();
                return refused;
            }
        }
    }

    private void Transact(List<Work> batch, ref bool isCommitting)
    {
        // First without a way back to before each decision, since nearly always all of them go well.
        if (!TryTransact(batch, apart: false, ref isCommitting))
        {
            RollBack();
            TryTransact(batch, apart: true, ref isCommitting);
        }
    }

    private bool TryTransact(List<Work> batch, bool apart, ref bool isCommitting)
    {
        var session = _session ??= _database.Open();
        session.Begin();
        var audit = new AuditLog(session, _chain);
        foreach (var work in batch)
        {
            if (!(apart ? RunApart(work, session, audit) : work.TryRun(session, audit, apart: false)))
            {
                return false;
            }
        }

        audit.MarkHead();
        if (!apart && !TryFlush(session))
        {
            return false;
        }

        session.Flush();
        isCommitting = true;
        session.Execute("COMMIT");
        return true;
    }

    private static bool TryFlush(StoreSession session)
    {
        try
        {
            session.Flush();
            return true;
        }
        catch (Exception refused) when (refused is StoreException || (refused is DbException database && !IsLost(session, database)))
        {
            // One of them; each apart will show which.
            return false;
        }
    }

    // The whole transaction, not one decision alone.
    private static bool IsLost(StoreSession session, DbException refused) => refused.IsTransient || !session.IsOpen || session.Database.IsLost(refused);

    private static bool RunApart(Work work, StoreSession session, AuditLog audit)
    {
        var position = audit.Position;
        session.Execute("SAVEPOINT decision");
        if (!work.TryRun(session, audit, apart: true))
        {
            session.Discard();
            session.Execute("ROLLBACK TO decision");
            audit.ReturnTo(position);
        }

        session.Execute("RELEASE decision");
        return true;
    }

    private void RollBack()
    {
        try
        {
            if (_session is { IsOpen: true })
            {
                _session.Discard();
                _session.Execute("ROLLBACK");
                return;
            }
        }
        catch (DbException) when (_session is { IsOpen: true } && !_database.IsShared)
        {
            // SQLite itself rolls back where the disk is full or cannot be read.
            return;
        }
        catch (DbException)
        {
            // The server rolls back what a lost connection began.
        }

        _session?.Dispose();
        _session = null;
    }

    private abstract class Work
    {
        public abstract bool TryRun(StoreSession session, AuditLog audit, bool apart);

        public abstract void Acknowledge();

        public abstract void Fail(Exception refused);
    }

    private sealed class Work<T>(Func<StoreSession, AuditLog, T> decision) : Work
    {
        private T? _value;
        private Exception? _refused;

        public TaskCompletionSource<T> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override bool TryRun(StoreSession session, AuditLog audit, bool apart)
        {
            _refused = null;
            try
            {
                _value = decision(session, audit);
                if (apart)
                {
                    session.Flush();
                }

                return true;
            }
            catch (DbException refused) when (!IsLost(session, refused))
            {
                _refused = new StoreException($"the database refused this: {refused.Message}", refused);
                return false;
            }
#pragma warning disable CA1031 // whatever one decision throws is its caller's; the others are written
            catch (Exception refused) when (refused is not DbException)
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
    private const int MaxAttempts = 3;
}
