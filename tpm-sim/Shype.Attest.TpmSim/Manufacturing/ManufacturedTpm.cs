namespace Shype.Attest.TpmSim.Manufacturing;

/// <summary>What came off the line.</summary>
/// <param name="Folder">The TPM's folder.</param>
/// <param name="Serial">The chip's serial number, hex.</param>
/// <param name="Identity">What the TPM says of itself.</param>
/// <param name="RsaCertificate">The certificate of the RSA-2048 endorsement key (L-1), DER, as it stands in NV 0x01C00002.</param>
/// <param name="EccCertificate">The certificate of the P-256 endorsement key (L-2), DER, as it stands in NV 0x01C0000A.</param>
public sealed record ManufacturedTpm(string Folder, string Serial, ChipIdentity Identity, ReadOnlyMemory<byte> RsaCertificate, ReadOnlyMemory<byte> EccCertificate);
