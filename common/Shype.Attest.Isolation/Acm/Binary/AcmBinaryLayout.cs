namespace Shype.Attest.Isolation.Acm.Binary;

/// <summary>Where the fields of <c>struct acm_policy_buffer</c> and its parts are (Xen's public acm.h). All numbers are big-endian; every part is padded to 8 bytes of its own length.</summary>
internal static class AcmBinaryLayout
{
    // magic, policy_version (or the other way round until Xen 3.1), len
    public const int Length = 8;

    // Version 1 has no policy_reference_offset; the codes follow len.
    public const int HeaderOfVersion1 = 28;
    public const int HeaderOfVersion2 = 32;
    public const int HeaderOfVersion3 = 40;
    public const int Header = 60;
    public const int PolicyReference = 12;
    public const int XmlVersion = 32;
    public const int XmlHash = 40;

    // struct acm_chwall_policy_buffer: policy_version, policy_code, max_types, max_ssidrefs, max_conflictsets, and the offsets of ssids, conflict sets, running types, conflict aggregate
    public const int ChineseWall = 36;

    // struct acm_ste_policy_buffer: policy_version, policy_code, max_types, max_ssidrefs, ssid_offset
    public const int TypeEnforcement = 20;

    // CHWALL_VERSION and STE_VERSION
    public const uint PartVersion = 1;

    public const int Padding = 8;

    public static int Padded(int length) => (length + Padding - 1) / Padding * Padding;
}
