using System.Data.Common;
using System.Net.Sockets;
using Npgsql;

namespace Shype.Attest.Verifier.Store;

// Messages between verifiers, on two connections of their own: NOTIFY of a transaction arrives everywhere in the order of the commits, or is lost with the connection.
internal sealed partial class PostgresDatabase
{
    private readonly SemaphoreSlim _telling = new(1, 1);
    private NpgsqlConnection? _teller;

    /// <inheritdoc/>
    public override string TellOthers => $"SELECT pg_notify('{MessageChannel}', $1)";

    /// <inheritdoc/>
    public override async Task TellAsync(string message, CancellationToken cancellationToken)
    {
        await _telling.WaitAsync(cancellationToken);
        try
        {
            // A connection that waited may have died with a database that is back by now: once more, on a new one.
            if (_teller is not { State: System.Data.ConnectionState.Open } teller || !await TryTellAsync(teller, message, cancellationToken))
            {
                _teller?.Dispose();
                _teller = new NpgsqlConnection(_connection);
                await _teller.OpenAsync(cancellationToken);
                await TellAsync(_teller, message, cancellationToken);
            }
        }
        catch (Exception lost) when (IsLost(lost))
        {
            throw new StoreException($"the other verifiers cannot be told: {lost.Message}", lost);
        }
        finally
        {
            _telling.Release();
        }
    }

    /// <inheritdoc/>
    public override async Task ListenAsync(Action began, Action<string> heard, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(_connection);
            connection.Notification += (_, notification) => heard(notification.Payload);
            await connection.OpenAsync(cancellationToken);
            await using (var command = connection.CreateCommand())
            {
                command.CommandText = $"LISTEN {MessageChannel}";
                await command.ExecuteNonQueryAsync(cancellationToken);
            }

            began();
            while (true)
            {
                // A connection that died without a word shows when it is asked.
                if (!await connection.WaitAsync(Silence, cancellationToken))
                {
                    await using var sign = connection.CreateCommand();
                    sign.CommandText = "SELECT 1";
                    await sign.ExecuteNonQueryAsync(cancellationToken);
                }
            }
        }
        catch (Exception lost) when (IsLost(lost))
        {
            throw new StoreException($"the other verifiers cannot be heard: {lost.Message}", lost);
        }
    }

    private static async Task<bool> TryTellAsync(NpgsqlConnection teller, string message, CancellationToken cancellationToken)
    {
        try
        {
            await TellAsync(teller, message, cancellationToken);
            return true;
        }
        catch (Exception lost) when (IsLost(lost))
        {
            return false;
        }
    }

    private static async Task TellAsync(NpgsqlConnection teller, string message, CancellationToken cancellationToken)
    {
        await using var command = teller.CreateCommand();
        command.CommandText = $"SELECT pg_notify('{MessageChannel}', $1)";
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = message });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static bool IsLost(Exception e) => e is DbException or SocketException or TimeoutException or IOException or InvalidOperationException;

    private const string MessageChannel = "shype_messages";
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);
}
