namespace Shype.Attest.Tpm.Client;

/// <summary>An operation on a TPM that did not succeed: refused by the TPM, not carried there, or answered with bytes that cannot be believed.</summary>
public abstract class TpmFailedException : Exception
{
    private protected TpmFailedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
