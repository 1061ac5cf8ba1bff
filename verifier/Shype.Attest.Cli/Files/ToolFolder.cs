using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Files;

/// <summary>The files of tpm2_quote in a folder, packed as the verifier takes them (docs/rats-api.md).</summary>
internal static class ToolFolder
{
    /// <summary>One CMW collection, JSON: each file as it is.</summary>
    /// <exception cref="CommandException">A file is missing or too large.</exception>
    public static async Task<byte[]> PackAsync(Surroundings surroundings, string folder, string? eventLog, string? imaLog, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, Cmw>(StringComparer.Ordinal)
        {
            ["quote"] = await RecordAsync(Path.Join(folder, "quote.msg"), MediaTypes.TpmsAttest),
            ["signature"] = await RecordAsync(Path.Join(folder, "quote.sig"), MediaTypes.TpmtSignature),
            ["ak"] = await RecordAsync(Path.Join(folder, "ak.pub"), MediaTypes.TpmPublic),
            ["pcrs"] = await RecordAsync(Path.Join(folder, "quote.pcrs"), MediaTypes.ToolPcrs),
        };
        if (eventLog is not null)
        {
            files["firmware-log"] = await RecordAsync(eventLog, MediaTypes.FirmwareLog);
        }

        if (imaLog is not null)
        {
            files["ima-log"] = await RecordAsync(imaLog, MediaTypes.ImaList);
        }

        return CmwJson.Encode(new CmwMap(ToolFiles.CollectionType, files));

        async Task<Cmw> RecordAsync(string path, string type) => new CmwRecord(type, null, await InputFile.ReadAsync(surroundings, path, ProtocolLimits.MaxEvidenceBytes, cancellationToken));
    }
}
