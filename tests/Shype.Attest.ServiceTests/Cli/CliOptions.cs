using Shype.Attest.ServiceTests.Verifier;

namespace Shype.Attest.ServiceTests.Cli;

/// <summary>How the command line is told about a running verifier: by environment, as an operator's shell does.</summary>
internal static class CliOptions
{
    /// <summary>The variables for one of the verifier's two tokens: "operator" or "relying-party".</summary>
    public static Dictionary<string, string> For(this RunningVerifier verifier, string role) => new()
    {
        ["SHYPE_SERVER"] = verifier.Address.ToString(),
        ["SHYPE_CA"] = Path.Combine(verifier.State, "tls", "cert.pem"),
        ["SHYPE_TOKEN_FILE"] = Path.Combine(verifier.State, role + ".token"),
    };

    /// <summary>Runs <c>shype</c> as an operator.</summary>
    public static Task<Shype> OperatorAsync(this RunningVerifier verifier, params string[] arguments) => Shype.RunAsync(verifier.For("operator"), null, arguments);

    /// <summary>Runs <c>shype</c> as an administrator.</summary>
    public static Task<Shype> AdminAsync(this RunningVerifier verifier, params string[] arguments) => Shype.RunAsync(verifier.For("admin"), null, arguments);

    /// <summary>Runs <c>shype</c> as a relying party.</summary>
    public static Task<Shype> RelyingPartyAsync(this RunningVerifier verifier, params string[] arguments) =>
        Shype.RunAsync(verifier.For("relying-party"), null, arguments);
}
