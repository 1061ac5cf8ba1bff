using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.X509;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>The machine of Google Compute Engine that a virtual TPM belongs to (extension 1.3.6.1.4.1.11129.2.1.21).</summary>
/// <param name="Zone">Where it ran when the certificate was made.</param>
/// <param name="ProjectId">Whose it is.</param>
/// <param name="ProjectNumber">The same as a number.</param>
/// <param name="InstanceName">Its name.</param>
/// <param name="InstanceId">Its number, which no other machine gets.</param>
public sealed record CloudInstance(string Zone, string ProjectId, string ProjectNumber, string InstanceName, string InstanceId)
{
    /// <summary>In one line.</summary>
    public override string ToString() => $"{InstanceName} (instance {InstanceId}), project {ProjectId} ({ProjectNumber}), zone {Zone}";

    internal static CloudInstance? Of(X509Certificate certificate)
    {
        // SEQUENCE { zone UTF8String, projectNumber INTEGER, projectId UTF8String, instanceId INTEGER, instanceName UTF8String, ... }
        if (certificate.GetExtensionParsedValue(new DerObjectIdentifier(Extension)) is not { } value || Asn1Sequence.GetInstance(value) is not { Count: >= 5 } fields)
        {
            return null;
        }

        var instance = new CloudInstance(
            Text(fields[0]), Text(fields[2]), DerInteger.GetInstance(fields[1]).ToString(), Text(fields[4]), DerInteger.GetInstance(fields[3]).ToString());
        return instance.ToString().Length <= MaxText ? instance : null;
    }

    private static string Text(Asn1Encodable value) => DerUtf8String.GetInstance(value).GetString();

    private const string Extension = "1.3.6.1.4.1.11129.2.1.21";
    private const int MaxText = 512;
}
