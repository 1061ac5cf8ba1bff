using System.Data;
using System.Data.Common;
using System.Globalization;

namespace Shype.Attest.Verifier.Store;

/// <summary>One connection with its prepared statements; used by one thread at a time.</summary>
internal sealed class StoreSession(Database database, DbConnection connection) : IDisposable
{
    private readonly Dictionary<string, DbCommand> _prepared = new(StringComparer.Ordinal);

    /// <summary>Where the rows are kept.</summary>
    public Database Database => database;

    /// <summary>Whether the connection still stands.</summary>
    public bool IsOpen => connection.State == ConnectionState.Open;

    /// <summary>Begins a transaction that writes.</summary>
    public void Begin()
    {
        foreach (var statement in database.Begin)
        {
            Execute(statement);
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
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the scripts are ours: embedded migrations and constants
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var command in _prepared.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private DbCommand Prepare(string sql, ReadOnlySpan<object?> values)
    {
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
            // All numbers are 64 bits wide in the schema: a statement keeps its types, and so stays prepared.
            command.Parameters[i].Value = values[i] is int number ? (long)number : values[i] ?? DBNull.Value;
        }

        return command;
    }
}
