using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Shype.Attest.Verifier.Store;

/// <summary>A few connections that read beside the writer (write-ahead log: neither waits for the other).</summary>
internal sealed class SqliteReaders(string file) : IDisposable
{
    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private readonly SemaphoreSlim _places = new(MaxSessions);

    /// <summary>Runs a read on a connection of its own.</summary>
    public async Task<T> ReadAsync<T>(Func<SqliteSession, T> read, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        SqliteSession? session = null;
        try
        {
            session = _idle.TryTake(out var idle) ? idle : new SqliteSession(file, SqliteOpenMode.ReadWrite);
            var value = read(session);
            _idle.Add(session);
            session = null;
            return value;
        }
        catch (SqliteException refused)
        {
            throw new StoreException($"the database cannot be read: {refused.Message}", refused);
        }
        finally
        {
            // A connection that failed is not used again.
            session?.Dispose();
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

    private const int MaxSessions = 4;
}
