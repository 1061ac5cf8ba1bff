namespace Shype.Attest.Verifier.Store;

/// <summary>The store cannot be used, or could not keep what it was given; the message says why and what to do.</summary>
internal sealed class StoreException : Exception
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
