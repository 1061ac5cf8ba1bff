namespace Shype.Attest.Tpm.Client;

/// <summary>A way to one TPM: bytes out, bytes in. What is said is the business of <see cref="TpmClient"/>.</summary>
public interface ITpmTransport : IDisposable
{
    /// <summary>Sends one command, waits for its response and returns the response's size.</summary>
    /// <exception cref="TpmTransportException">Nothing, or not all, came back in time.</exception>
    /// <exception cref="TpmResponseException">What came back cannot be a response.</exception>
    int Exchange(ReadOnlySpan<byte> command, Span<byte> response);
}
