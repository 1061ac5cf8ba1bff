using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Cel;

/// <summary>The digest that one bank is extended with.</summary>
/// <param name="Algorithm">The bank.</param>
/// <param name="Value">The digest.</param>
public readonly record struct BankDigest(AlgorithmId Algorithm, ReadOnlyMemory<byte> Value);
