using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Shype.Attest.Appraisal.Enrolment;

namespace Shype.Attest.Verifier.Enrolment;

/// <summary>By what operators name TPMs before they come.</summary>
internal static class ExpectedKeys
{
    /// <summary>All that names this TPM. A serial number counts only in a certificate that was found good: anybody could write another.</summary>
    public static IReadOnlyList<string> Of(EnrolmentAppraisal appraisal) => appraisal.EkCertificate is { } certificate
        ? [Convert.ToHexStringLower(appraisal.EkDigest), Convert.ToHexStringLower(SHA256.HashData(certificate)), SerialPrefix + CertificateFile.Serial(certificate)]
        : [Convert.ToHexStringLower(appraisal.EkDigest)];

    /// <summary>The one form of what an operator wrote: hex in lower case, serial numbers without leading zeros.</summary>
    public static bool TryNormalise(string? text, [NotNullWhen(true)] out string? key)
    {
        key = null;
        var isSerial = text?.StartsWith(SerialPrefix, StringComparison.OrdinalIgnoreCase) == true;
        var hex = (isSerial ? text![SerialPrefix.Length..] : text ?? "").Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
        if (!hex.All(char.IsAsciiHexDigit) || (isSerial ? hex.Length is 0 or > 40 : hex.Length != 64))
        {
            return false;
        }

        var digits = hex.TrimStart('0');
        key = isSerial ? SerialPrefix + (digits.Length % 2 == 0 ? digits : "0" + digits) : hex;
        return true;
    }

    private const string SerialPrefix = "serial:";
}
