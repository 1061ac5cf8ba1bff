namespace Shype.Attest.Verifier.Attestation;

/// <summary>Which other verifiers ask their hosts for a VM that is looked for, and which of them are done.</summary>
internal sealed class RemoteSearch
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _searching = new(StringComparer.Ordinal);
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What ends with the next change, and whether there is nothing left to wait for. Until all had time to begin, there is.</summary>
    public (Task Change, bool IsOver) Next(bool haveBegun)
    {
        lock (_lock)
        {
            return (_change.Task, haveBegun && _searching.Count == 0);
        }
    }

    /// <summary>A verifier asks its hosts.</summary>
    public void Began(string by)
    {
        lock (_lock)
        {
            if (_searching.Count < MaxVerifiers)
            {
                _searching.Add(by);
            }
        }
    }

    /// <summary>A host answered; or, with the verifier's name, all of its hosts did.</summary>
    public void Told(string by)
    {
        lock (_lock)
        {
            _searching.Remove(by);
            _change.TrySetResult();
            _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private const int MaxVerifiers = 256;
}
