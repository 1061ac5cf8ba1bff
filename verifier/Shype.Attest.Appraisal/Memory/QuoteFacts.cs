using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Memory;

/// <summary>What is remembered of an accepted quote, for the next one to be later than.</summary>
/// <param name="Clock">The TPM's clock and counters.</param>
/// <param name="FirmwareVersion">The TPM's firmware.</param>
/// <param name="QualifiedSigner">The key's qualified name.</param>
/// <param name="Digest">SHA-256 of the TPMS_ATTEST.</param>
internal sealed record QuoteFacts(ClockInfo Clock, ulong FirmwareVersion, TpmName QualifiedSigner, byte[] Digest);
