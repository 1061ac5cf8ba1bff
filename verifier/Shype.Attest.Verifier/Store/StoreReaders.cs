using System.Collections.Concurrent;
using System.Data.Common;

namespace Shype.Attest.Verifier.Store;

/// <summary>A few connections that read beside the writer; neither waits for the other.</summary>
internal sealed class StoreReaders(Database database) : IDisposable
{
    private readonly ConcurrentBag<StoreSession> _idle = [];
    private readonly SemaphoreSlim _places = new(MaxSessions);

    /// <summary>Runs a read on a connection of its own.</summary>
    public async Task<T> ReadAsync<T>(Func<StoreSession, T> read, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            // A connection that waited may have died with a database that is back by now: once more, on a new one.
            return TryRead(read, out var value) ? value : Read(database.Open(), read);
        }
        catch (DbException refused)
        {
            throw new StoreException($"the database cannot be read: {refused.Message}", refused);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_idle.TryTake(out var session))
        {
            session.Dispose();
        }

        _places.Dispose();
    }

    private bool TryRead<T>(Func<StoreSession, T> read, out T value)
    {
        while (_idle.TryTake(out var session))
        {
            try
            {
                value = Read(session, read);
                return true;
            }
            catch (DbException refused) when (refused.IsTransient)
            {
            }
        }

        value = default!;
        return false;
    }

    private T Read<T>(StoreSession session, Func<StoreSession, T> read)
    {
        try
        {
            var value = read(session);
            _idle.Add(session);
            return value;
        }
        catch
        {
            // A connection that failed is not used again.
            session.Dispose();
            throw;
        }
    }

    private const int MaxSessions = 4;
}
