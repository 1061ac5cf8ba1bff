using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Shype.Attest.TpmSim.Cli;

/// <summary>What a command says on standard output: lines for people, or one line of JSON.</summary>
internal static class Report
{
    public static int Write<T>(bool json, T report, JsonTypeInfo<T> type, Func<T, string> text)
    {
        Console.Out.WriteLine(json ? JsonSerializer.Serialize(report, type) : text(report));
        // A pipe is read by somebody who waits for this line.
        Console.Out.Flush();
        return ExitCodes.Success;
    }

    /// <summary>One line on standard error, whatever the message was.</summary>
    public static int Fail(bool json, string message, int exitCode)
    {
        var error = string.Join(' ', message.Split((char[])['\n', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Console.Error.WriteLine(json ? JsonSerializer.Serialize(new Failure(error), ReportJson.Default.Failure) : $"shype-tpm-sim: {error}");
        return exitCode;
    }
}

/// <summary>The project's exit codes.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>Usage, or input that cannot be read.</summary>
    public const int Usage = 2;

    /// <summary>The emulator, or the running host, could not be asked.</summary>
    public const int Unavailable = 3;
}

internal sealed record Failure(string Error);

internal sealed record AuthorityReport(string Root, string Intermediate);

internal sealed record ManufactureReport(
    string Folder, string Serial, string Manufacturer, string Model, string FirmwareVersion, string RsaCertificateIndex, string EccCertificateIndex);

internal sealed record ReadyReport(string Ready, string Tcti, string Folder, int ProcessId, string? EventLog, string BootIdFile, string BootId);

internal sealed record PowerReport(string Done, string BootId);

/// <summary>Their JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Failure))]
[JsonSerializable(typeof(AuthorityReport))]
[JsonSerializable(typeof(ManufactureReport))]
[JsonSerializable(typeof(ReadyReport))]
[JsonSerializable(typeof(PowerReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
