using System.Collections.Frozen;
using System.Text;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>TCG TPM Vendor ID Registry: four ASCII letters, written in certificates as "id:" and their hex.</summary>
internal static class VendorIds
{
    /// <summary>The letters of "id:53544D20"; the text itself where it is no such id.</summary>
    public static string Decode(string text)
    {
        var hex = WithoutMark(text);
        if (hex.Length != 8 || !hex.All(char.IsAsciiHexDigit))
        {
            return text;
        }

        var letters = Encoding.ASCII.GetString(Convert.FromHexString(hex)).TrimEnd('\0', ' ');
        return letters.Length > 0 && letters.All(letter => letter is > ' ' and < '\x7f') ? letters : text;
    }

    /// <summary>Without "id:".</summary>
    public static string WithoutMark(string text) => text.StartsWith("id:", StringComparison.Ordinal) ? text[3..] : text;

    /// <summary>Who has these letters; null where nobody has.</summary>
    public static string? NameOf(string letters) => Names.GetValueOrDefault(letters);

    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>
    {
        ["AMD"] = "AMD", ["ATML"] = "Atmel", ["BRCM"] = "Broadcom", ["CSCO"] = "Cisco", ["GOOG"] = "Google", ["HPE"] = "HPE", ["HISI"] = "Huawei",
        ["IBM"] = "IBM", ["IFX"] = "Infineon", ["INTC"] = "Intel", ["LEN"] = "Lenovo", ["MSFT"] = "Microsoft", ["NSM"] = "National Semiconductor",
        ["NTC"] = "Nuvoton", ["NTZ"] = "Nationz", ["QCOM"] = "Qualcomm", ["ROCC"] = "Rockchip", ["SMSC"] = "SMSC", ["SMSN"] = "Samsung",
        ["SNS"] = "Sinosun", ["STM"] = "STMicroelectronics", ["TXN"] = "Texas Instruments", ["WEC"] = "Winbond",
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
