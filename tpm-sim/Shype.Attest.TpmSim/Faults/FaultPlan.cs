using Shype.Attest.Tpm.Client;

namespace Shype.Attest.TpmSim.Faults;

/// <summary>A fault and when it comes.</summary>
/// <param name="At">At which command, counted from 1: of this kind where one is named, of all otherwise.</param>
/// <param name="Fault">What goes wrong.</param>
/// <param name="Command">The kind of command that is counted; <see cref="CommandCode.None"/> for all.</param>
public sealed record PlannedFault(int At, Fault Fault, CommandCode Command = CommandCode.None);

/// <summary>
/// A script of faults, the same at every run. It counts over all transports that share it, because clients such as the agent open a connection for each operation.
/// </summary>
public sealed class FaultPlan
{
    private readonly Lock _counting = new();
    private readonly PlannedFault[] _faults;
    private readonly int[] _seen;

    /// <summary>A plan of these faults; where two meet, the first in the list is taken.</summary>
    public FaultPlan(params IReadOnlyList<PlannedFault> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        foreach (var planned in faults)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(planned.At, 1, nameof(faults));
            ArgumentOutOfRangeException.ThrowIfLessThan(planned.Fault.Commands, 1, nameof(faults));
        }

        _faults = [.. faults];
        _seen = new int[_faults.Length];
    }

    /// <summary>Whether every fault has come, so that a test can tell a client that coped from one that was never troubled.</summary>
    public bool IsSpent
    {
        get
        {
            lock (_counting)
            {
                return _faults.Index().All(planned => _seen[planned.Index] >= planned.Item.At + planned.Item.Fault.Commands - 1);
            }
        }
    }

    /// <summary>Counts a command, and says what shall go wrong with it.</summary>
    internal Fault? Next(CommandCode command)
    {
        lock (_counting)
        {
            Fault? fault = null;
            for (var i = 0; i < _faults.Length; i++)
            {
                var planned = _faults[i];
                if (planned.Command != CommandCode.None && planned.Command != command)
                {
                    continue;
                }

                _seen[i]++;
                if (_seen[i] >= planned.At && _seen[i] < planned.At + planned.Fault.Commands)
                {
                    fault ??= planned.Fault;
                }
            }

            return fault;
        }
    }
}
