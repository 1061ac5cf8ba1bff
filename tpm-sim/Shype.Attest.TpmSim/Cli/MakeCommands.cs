using System.CommandLine;
using System.Globalization;
using Shype.Attest.Tpm.Types;
using Shype.Attest.TpmSim.Emulation;
using Shype.Attest.TpmSim.Manufacturing;

namespace Shype.Attest.TpmSim.Cli;

/// <summary><c>ca</c> and <c>manufacture</c>.</summary>
internal static class MakeCommands
{
    public static Command Authority()
    {
        var folder = new Option<string>("--folder") { Description = "The authority's folder", HelpName = "CA", Required = true };
        var command = new Command("ca", "Makes a TPM vendor's certificate authority, or shows the one that is there") { folder };
        command.SetAction(parsed =>
        {
            var authority = CertificateAuthority.Open(parsed.GetRequiredValue(folder));
            return Report.Write(
                parsed.GetValue(CommonOptions.Json),
                new AuthorityReport(authority.RootPath, authority.IntermediatePath),
                ReportJson.Default.AuthorityReport,
                made => $"root {made.Root}\nintermediate {made.Intermediate}");
        });
        return command;
    }

    public static Command Manufacture()
    {
        var folder = CommonOptions.TpmFolder();
        var authority = new Option<string>("--ca") { Description = "The folder of the authority that certifies it; made where there is none", HelpName = "CA", Required = true };
        var serial = new Option<string?>("--serial") { Description = "The chip's serial number in hex, random where none is given", HelpName = "HEX" };
        var banks = new Option<string>("--banks")
        {
            Description = "The active PCR banks",
            HelpName = "BANKS",
            DefaultValueFactory = _ => string.Join(',', Manufacturer.DefaultBanks.Select(bank => bank.ToText())),
        };
        var command = new Command("manufacture", "Makes a TPM with endorsement keys and their certificates in NV") { folder, authority, serial, banks };
        command.SetAction(parsed =>
        {
            var made = Manufacturer.Manufacture(
                new EmulatorOptions { Folder = parsed.GetRequiredValue(folder) },
                CertificateAuthority.Open(parsed.GetRequiredValue(authority)),
                parsed.GetValue(serial),
                ParseBanks(parsed.GetRequiredValue(banks)));
            return Report.Write(
                parsed.GetValue(CommonOptions.Json),
                Describe(made),
                ReportJson.Default.ManufactureReport,
                tpm => $"manufactured {tpm.Folder}: serial {tpm.Serial}, certificates in {tpm.RsaCertificateIndex} (RSA-2048) and {tpm.EccCertificateIndex} (P-256)");
        });
        return command;
    }

    private static ManufactureReport Describe(ManufacturedTpm tpm) => new(
        tpm.Folder,
        tpm.Serial,
        $"id:{tpm.Identity.Manufacturer:X8}",
        tpm.Identity.Model,
        $"id:{tpm.Identity.FirmwareVersion.ToString("X8", CultureInfo.InvariantCulture)}",
        Handle.EkRsaCertificateIndex.ToString(),
        Handle.EkEccCertificateIndex.ToString());

    private static AlgorithmId[] ParseBanks(string text) =>
        [.. text.Split(',').Select(name => HashAlgorithms.TryParseText(name, out var bank) ? bank : throw new SimulatorException($"'{name}' is not a PCR bank: write names such as sha256,sha384")).Distinct()];
}
