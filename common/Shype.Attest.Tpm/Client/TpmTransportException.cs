namespace Shype.Attest.Tpm.Client;

/// <summary>The way to the TPM failed: no such device, nobody listens, no answer in time. The message says where and what to do.</summary>
public sealed class TpmTransportException : TpmFailedException
{
    /// <summary>With a message, and what lies under it.</summary>
    public TpmTransportException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
