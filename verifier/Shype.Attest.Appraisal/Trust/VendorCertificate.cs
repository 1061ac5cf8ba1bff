namespace Shype.Attest.Appraisal.Trust;

/// <summary>A certificate of a TPM vendor that this program ships.</summary>
/// <param name="Id">What people call it.</param>
/// <param name="Vendor">Whose it is.</param>
/// <param name="IsAnchor">Whether paths may end here; otherwise it fills gaps and vouches for nothing by itself.</param>
/// <param name="IsOnByDefault">Whether it counts until somebody says otherwise.</param>
/// <param name="IsVirtual">Whether its TPMs are a cloud's software.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="Fingerprint">SHA-256 of the certificate in hex.</param>
/// <param name="NotBefore">Valid from.</param>
/// <param name="NotAfter">Valid to.</param>
/// <param name="Origin">Where it was got from.</param>
/// <param name="Terms">The licence of that collection.</param>
/// <param name="Note">What else to know.</param>
/// <param name="Certificate">The certificate, DER.</param>
public sealed record VendorCertificate(
    string Id, string Vendor, bool IsAnchor, bool IsOnByDefault, bool IsVirtual, string Subject, string Fingerprint, DateOnly NotBefore, DateOnly NotAfter,
    string Origin, string Terms, string Note, byte[] Certificate);
