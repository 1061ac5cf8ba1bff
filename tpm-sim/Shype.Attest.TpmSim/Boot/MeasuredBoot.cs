using Shype.Attest.Tpm.Types;

namespace Shype.Attest.TpmSim.Boot;

/// <summary>A boot that was played into a TPM.</summary>
/// <param name="Banks">The banks that it was measured into: all that the TPM has active.</param>
/// <param name="EventLog">The TCG crypto-agile log that explains PCRs 0 to 9.</param>
public sealed record MeasuredBoot(IReadOnlyList<AlgorithmId> Banks, ReadOnlyMemory<byte> EventLog);
