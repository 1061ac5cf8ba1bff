using System.Reflection;
using Shype.Attest.Agent.Configuration;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Measuring;

/// <summary>What the agent says of itself and of this boot.</summary>
internal static class AgentIdentity
{
    /// <summary>The boot record of this agent.</summary>
    public static BootContent BootRecord(AgentOptions options, string bootId) => new()
    {
        BootId = bootId,
        AgentVersion = Version,
        AgentDigest = Digest(),
        Banks = options.Banks,
        Pcrs = options.Pcrs,
        Gate = options.Mode == AgentMode.Enforce ? GateMode.Enforce : GateMode.Observe,
    };

    /// <summary>Reads the kernel's random id of this boot.</summary>
    public static string ReadBootId(string file)
    {
        string text;
        try
        {
            using var stream = new StreamReader(file);
            var buffer = new char[MaxBootIdCharacters];
            text = new string(buffer, 0, stream.ReadBlock(buffer)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AgentException(ExitCode.CouldNot, $"boot-id: {file} cannot be read: {e.Message}", e);
        }

        return text.Length is > 0 and < MaxBootIdCharacters && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? text
            : throw new AgentException(ExitCode.Usage, $"boot-id: {file} holds no boot id, 1 to 128 letters, digits, '-', '_' or '.'");
    }

    /// <summary>The program's version.</summary>
    public static string Version { get; } =
        typeof(AgentIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    // Compiled ahead of time the agent is one file; otherwise its code is in the assembly beside the runtime's starter.
    private static MeasuredDigest Digest()
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "shype-agent.dll");
        using var file = ImageFile.Open(File.Exists(assembly) ? assembly : Environment.ProcessPath!);
        return file.Digest(null, CancellationToken.None);
    }

    private const int MaxBootIdCharacters = 130;
}
