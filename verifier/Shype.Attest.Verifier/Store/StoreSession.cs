using System.Data;
using System.Data.Common;
using System.Globalization;

namespace Shype.Attest.Verifier.Store;

/// <summary>One connection with its prepared statements; used by one thread at a time.</summary>
internal sealed class StoreSession(Database database, DbConnection connection) : IDisposable
{
    private readonly Dictionary<string, DbCommand> _prepared = new(StringComparer.Ordinal);
    private readonly List<StoreException?> _expected = [];
    private DbBatch? _posted;

    /// <summary>Where the rows are kept.</summary>
    public Database Database => database;

    /// <summary>Whether the connection still stands.</summary>
    public bool IsOpen => connection.State == ConnectionState.Open;

    /// <summary>Begins a transaction that writes.</summary>
    public void Begin()
    {
        foreach (var statement in database.Begin)
        {
            Post(statement);
        }
    }

    /// <summary>Runs reads that are all of one moment.</summary>
    public T ReadAtOnce<T>(Func<StoreSession, T> read)
    {
        Execute(database.BeginRead);
        var value = read(this);
        Execute("COMMIT");
        return value;
    }

    /// <summary>
    /// Runs a statement whose answer nobody waits for, at the latest before the next one with an answer: a database across a network is asked once
    /// for many of them. What fails shows at <see cref="Flush"/>.
    /// </summary>
    public void Post(string sql, params ReadOnlySpan<object?> values) => Post(null, sql, values);

    /// <summary>The same for a statement that must change a row; fails with <paramref name="unless"/> where it changes none.</summary>
    public void PostChange(StoreException unless, string sql, params ReadOnlySpan<object?> values) => Post(unless, sql, values);

    /// <summary>Runs what was posted.</summary>
    public void Flush()
    {
        if (_posted is not { } posted)
        {
            return;
        }

        StoreException?[] expected = [.. _expected];
        Discard(keep: posted);
        using (posted)
        {
            posted.ExecuteNonQuery();
            for (var i = 0; i < expected.Length; i++)
            {
                if (expected[i] is { } unless && posted.BatchCommands[i].RecordsAffected == 0)
                {
                    throw unless;
                }
            }
        }
    }

    /// <summary>Forgets what was posted and has not run.</summary>
    public void Discard() => Discard(keep: null);

    /// <summary>Runs a statement; parameters are <c>$1</c>, <c>$2</c>, ... in order. Says how many rows changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteNonQuery();

    /// <summary>The first column of the first row, or null.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteScalar() is { } value and not DBNull ? value : null;

    /// <summary>Every row through a function.</summary>
    public List<T> Query<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var reader = Prepare(sql, values).ExecuteReader();
        List<T> rows = [];
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>The rows one after the other, for what does not fit in memory; nothing else may run meanwhile.</summary>
    public IEnumerable<T> Stream<T>(string sql, Func<DbDataReader, T> read)
    {
        using var reader = Prepare(sql, []).ExecuteReader();
        while (reader.Read())
        {
            yield return read(reader);
        }
    }

    /// <summary>Runs a script of several statements.</summary>
    public void Script(string sql)
    {
        Flush();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the scripts are ours: embedded migrations and constants
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Discard();
        foreach (var command in _prepared.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private void Post(StoreException? unless, string sql, ReadOnlySpan<object?> values)
    {
        if (!connection.CanCreateBatch)
        {
            if (Execute(sql, values) == 0 && unless is not null)
            {
                throw unless;
            }

            return;
        }

        _posted ??= connection.CreateBatch();
        var command = _posted.CreateBatchCommand();
#pragma warning disable CA2100 // every statement is a constant of this folder; values are parameters
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; i < values.Length; i++)
        {
            var parameter = command.CreateParameter();
            Set(parameter, values[i]);
            command.Parameters.Add(parameter);
        }

        _posted.BatchCommands.Add(command);
        _expected.Add(unless);
        if (_expected.Count >= MaxPosted)
        {
            Flush();
        }
    }

    private void Discard(DbBatch? keep)
    {
        if (!ReferenceEquals(_posted, keep))
        {
            _posted?.Dispose();
        }

        _posted = null;
        _expected.Clear();
    }

    private DbCommand Prepare(string sql, ReadOnlySpan<object?> values)
    {
        Flush();
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // every statement is a constant of this folder; values are parameters
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 0; i < values.Length; i++)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = database.NamesParameters ? "$" + (i + 1).ToString(CultureInfo.InvariantCulture) : "";
                command.Parameters.Add(parameter);
            }

            _prepared.Add(sql, command);
        }

        for (var i = 0; i < values.Length; i++)
        {
            Set(command.Parameters[i], values[i]);
        }

        return command;
    }

    // All numbers are 64 bits wide in the schema: a statement keeps its types, and so stays prepared.
    private static void Set(DbParameter parameter, object? value) => parameter.Value = value is int number ? (long)number : value ?? DBNull.Value;

    private const int MaxPosted = 1024;
}
