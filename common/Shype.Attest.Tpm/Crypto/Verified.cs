namespace Shype.Attest.Tpm.Crypto;

/// <summary>Something whose signature was checked. Only <see cref="QuoteVerifier"/> can make one, so whoever takes it need not ask.</summary>
/// <typeparam name="T">What was signed.</typeparam>
public sealed class Verified<T>
{
    internal Verified(T value) => Value = value;

    /// <summary>What was signed.</summary>
    public T Value { get; }
}
