namespace Shype.Attest.Verifier.Store;

/// <summary>The store cannot be used, or could not keep what it was given; the message says why and what to do.</summary>
internal class StoreException : Exception
{
    /// <summary>With a message.</summary>
    public StoreException(string message) : base(message)
    {
    }

    /// <summary>With a message and what SQLite said.</summary>
    public StoreException(string message, Exception cause) : base(message, cause)
    {
    }
}

/// <summary>Somebody else changed a host meanwhile: what was decided by its former state is not kept.</summary>
internal sealed class StaleHostException(string hostId) : StoreException($"host {hostId} was changed meanwhile; try again");
